import { RE2JS, RE2JSException } from 're2js'

import type { Value } from '../values/value.ts'
import { utf8 } from './bytes.ts'
import { globsIntersect } from './glob-intersection.ts'
import { countAt, fail, stringAt } from './operands.ts'
import { own } from './own.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

const cache = new Map<string, RE2JS>()
const maxCached = 500
const maxPattern = 100_000

/** Compiles once; the syntax is RE2's, matching takes time linear in the text. */
export function compileRegex(pattern: string): RE2JS {
  const known = cache.get(pattern)
  if (known) return known
  if (pattern.length > maxPattern) throw fail('error parsing regexp: expression too large')
  const compiled = compile(pattern)
  if (cache.size >= maxCached) cache.clear()
  cache.set(pattern, compiled)
  return compiled
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    if (error instanceof RE2JSException) throw fail(error.message)
    throw error
  }
}

type Match = { readonly start: number; readonly end: number; readonly groups: readonly string[] }

/** As Go: an empty match right behind the match before it does not count. */
function matches(args: readonly Value[], limit: number, { run }: CallContext): Match[] {
  const text = stringAt(args, 1)
  const matcher = compileRegex(stringAt(args, 0)).matcher(text)
  const found: Match[] = []
  let last = -1
  const wanted = limit < 0 ? Infinity : limit
  while (found.length < wanted && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (start === end && start === last) continue
    last = end
    run.meter.tick(1 + end - start)
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, i) => matcher.group(i) ?? '',
    )
    found.push({ start, end, groups })
  }
  return found
}

function meterText(text: string, { run }: CallContext): void {
  run.meter.tick(1 + (text.length >> 4))
}

const match: BuiltinFunction = (args, call) => {
  const text = stringAt(args, 1)
  meterText(text, call)
  return compileRegex(stringAt(args, 0)).matcher(text).find()
}

const split: BuiltinFunction = (args, call) => {
  const text = stringAt(args, 1)
  const parts: string[] = []
  let from = 0
  for (const { start, end } of matches(args, -1, call)) {
    if (end === 0 || (start === end && start === text.length)) continue
    parts.push(text.slice(from, start))
    from = end
  }
  return [...parts, text.slice(from)]
}

/** `$1` and `${name}` in the replacement stand for groups, `$$` for a dollar sign. */
const replace: BuiltinFunction = (args, call) => {
  const [text, pattern, template] = [stringAt(args, 0), stringAt(args, 1), stringAt(args, 2)]
  const names = compileRegex(pattern).namedGroups()
  let result = ''
  let from = 0
  for (const { start, end, groups } of matches([pattern, text], -1, call)) {
    result += text.slice(from, start) + expand(template, groups, names)
    from = end
    call.run.meter.allocate(2 * template.length)
  }
  return result + text.slice(from)
}

function expand(
  template: string,
  groups: readonly string[],
  names: Record<string, number>,
): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced?: string, plain?: string) => {
    const name = braced ?? plain
    if (name === undefined) return all === '$$' ? '$' : all
    const index = /^\d+$/.test(name) ? Number(name) : own(names, name)
    return (index === undefined ? undefined : groups[index]) ?? ''
  })
}

/** A pattern in which what stands between the delimiters is a regular expression. */
const templateMatch: BuiltinFunction = (args) => {
  const [template = '', text = '', open = '', close = ''] = [0, 1, 2, 3].map((i) =>
    stringAt(args, i),
  )
  assertSingle(open, 'start')
  assertSingle(close, 'end')
  return compileRegex(`^${translate(template, open, close)}$`)
    .matcher(text)
    .find()
}

function assertSingle(delimiter: string, which: string): void {
  const { length } = utf8(delimiter)
  if (length === 1) return
  throw fail(`${which} delimiter has to be exactly one character long but is ${length} long`)
}

function translate(template: string, open: string, close: string): string {
  let depth = 0
  let part = ''
  let pattern = ''
  for (const char of template) {
    if (char === open && depth++ === 0) [pattern, part] = [pattern + RE2JS.quote(part), '']
    else if (char === close && --depth === 0) [pattern, part] = [`${pattern}(${part})`, '']
    else part += char
    if (depth < 0) break
  }
  if (depth !== 0) throw fail(`unbalanced braces in ${JSON.stringify(template)}`)
  return pattern + RE2JS.quote(part)
}

const isValid: BuiltinFunction = (args) => {
  try {
    compileRegex(stringAt(args, 0))
    return true
  } catch {
    return false
  }
}

export const regex: readonly Builtin[] = [
  define(
    'regex.match(string, string) -> boolean',
    'Whether the text has a match of the pattern.',
    match,
  ),
  define('re_match(string, string) -> boolean', 'The old name of `regex.match`.', match),
  define('regex.is_valid(any) -> boolean', 'Whether the pattern compiles.', isValid),
  define('regex.split(string, string) -> array<string>', 'The parts between the matches.', split),
  define(
    'regex.find_n(string, string, number) -> array<string>',
    'The first matches; all if the number is negative.',
    (args, call) => matches(args, countAt(args, 2), call).map(({ groups }) => groups[0] ?? ''),
  ),
  define(
    'regex.find_all_string_submatch_n(string, string, number) -> array',
    'The first matches with their groups.',
    (args, call) => matches(args, countAt(args, 2), call).map(({ groups }) => groups),
  ),
  define(
    'regex.replace(string, string, string) -> string',
    'Every match of the second replaced by the third.',
    replace,
  ),
  define(
    'regex.template_match(string, string, string, string) -> boolean',
    'Matches a text with patterns between delimiters.',
    templateMatch,
  ),
  define(
    'regex.globs_match(string, string) -> boolean',
    'Whether some text matches both globs.',
    (args) => globsIntersect(stringAt(args, 0), stringAt(args, 1)),
  ),
]
