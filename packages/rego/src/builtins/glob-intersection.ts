import { fail } from './operands.ts'

/**
 * The globs of `regex.globs_match` have `.`, character classes, `\` and the repetitions `*` and
 * `+`. Whether two of them share a text is a walk over the pairs of their positions.
 */
type Token = { readonly chars: CharSet; readonly repeat: '' | '*' | '+' }
type CharSet = {
  readonly negated: boolean
  readonly ranges: readonly (readonly [number, number])[]
}

/** Where the walk stands in both, and whether it has passed a character: the empty text does not count. */
type Position = [number, number, 0 | 1]

const anything: CharSet = { negated: true, ranges: [] }

export function globsIntersect(left: string, right: string): boolean {
  const [a, b] = [tokenize(left), tokenize(right)]
  const seen = new Set<number>()
  const queue: Position[] = [[0, 0, 0]]
  for (let pair = queue.pop(); pair; pair = queue.pop()) {
    const [i, j, consumed] = pair
    const id = (i * (b.length + 1) + j) * 2 + consumed
    if (seen.has(id)) continue
    seen.add(id)
    if (i === a.length && j === b.length && (consumed === 1 || id === 0)) return true
    queue.push(...followers(a, b, pair))
  }
  return false
}

/** Each `+` was made a single character followed by `*`, so a repetition may always be left. */
function followers(
  a: readonly Token[],
  b: readonly Token[],
  [i, j, consumed]: Position,
): Position[] {
  const [x, y] = [a[i], b[j]]
  const next: Position[] = []
  if (x?.repeat) next.push([i + 1, j, consumed])
  if (y?.repeat) next.push([i, j + 1, consumed])
  if (x && y && overlap(x.chars, y.chars))
    next.push([x.repeat ? i : i + 1, y.repeat ? j : j + 1, 1])
  return next
}

function tokenize(glob: string): Token[] {
  const tokens: Token[] = []
  const chars = Array.from(glob)
  for (let at = 0; at < chars.length;) {
    const { set, next } = readSet(chars, at)
    const repeat = chars[next]
    at = next
    if (repeat === '*' || repeat === '+') {
      if (repeat === '+') tokens.push({ chars: set, repeat: '' })
      tokens.push({ chars: set, repeat: '*' })
      at += 1
    } else tokens.push({ chars: set, repeat: '' })
  }
  return tokens
}

function readSet(chars: readonly string[], at: number): { set: CharSet; next: number } {
  const char = chars[at] ?? ''
  if (char === '.') return { set: anything, next: at + 1 }
  if (char === '[') return readClass(chars, at + 1)
  if (char === ']')
    throw fail(`input:${chars.join('')}, pos:${at}, set-close with no preceding '['`)
  if (char === '*' || char === '+')
    throw fail(`input:${chars.join('')}, pos:${at}, flag must be preceded by a non-flag`)
  const escaped = char === '\\' ? 1 : 0
  return { set: single(chars[at + escaped] ?? ''), next: at + 1 + escaped }
}

function single(char: string): CharSet {
  const code = char.codePointAt(0) ?? 0
  return { negated: false, ranges: [[code, code]] }
}

function readClass(chars: readonly string[], start: number): { set: CharSet; next: number } {
  const end = chars.indexOf(']', start)
  if (end < 0) throw fail(`input:${chars.join('')}, set not closed`)
  const negated = chars[start] === '^'
  const content = chars.slice(negated ? start + 1 : start, end)
  return { set: { negated, ranges: readRanges(content) }, next: end + 1 }
}

function readRanges(chars: readonly string[]): [number, number][] {
  const codes = chars.map((char) => char.codePointAt(0) ?? 0)
  const ranges: [number, number][] = []
  for (let at = 0; at < codes.length;) {
    const last = chars[at + 1] === '-' ? codes[at + 2] : undefined
    ranges.push([codes[at] ?? 0, last ?? codes[at] ?? 0])
    at += last === undefined ? 1 : 3
  }
  return ranges
}

function overlap(a: CharSet, b: CharSet): boolean {
  if (a.negated && b.negated) return true
  if (a.negated) return overlap(b, a)
  return a.ranges.some(([from, to]) => {
    if (!b.negated) return b.ranges.some(([low, high]) => from <= high && low <= to)
    for (let code = from; code <= to; code++) {
      if (!b.ranges.some(([low, high]) => low <= code && code <= high)) return true
    }
    return false
  })
}
