/** So many brackets and commas are in no contract, also when they only look like it in some text. */
const MAX_OPEN_BRACKETS = 1000
const MAX_COMMAS = 200_000
/** Directives of YAML. */
const MANY_DIRECTIVES = /(?:^%[^\n]*\n){10}/m
/** Lists and keys that begin on one line, one in the other: `- - - `. */
const NESTED_ON_A_LINE = /(?:[-?][ \t]+){100}/

/** What a parser would look at for seconds, only to refuse it: said at a glance. Undefined: worth parsing. */
export function outOfBounds(text: string): 'depth' | 'values' | undefined {
  if (NESTED_ON_A_LINE.test(text)) return 'depth'
  if (MANY_DIRECTIVES.test(text)) return 'values'
  let open = 0
  let commas = 0
  for (const [sign] of text.matchAll(/[[\]{},]/g)) {
    if (sign === ',') commas += 1
    else open = Math.max(0, open + (sign === '[' || sign === '{' ? 1 : -1))
    if (open > MAX_OPEN_BRACKETS) return 'depth'
    if (commas > MAX_COMMAS) return 'values'
  }
  return undefined
}
