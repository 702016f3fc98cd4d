import type { Value } from '../values/value.ts'
import { renderTemplate } from './go-template.ts'
import { arrayAt, badOperand, countAt, fail, objectAt, stringAt, stringsAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'
import { sprintf } from './sprintf.ts'

function onText(convert: (text: string) => Value): BuiltinFunction {
  return (args) => convert(stringAt(args, 0))
}

function onTexts(combine: (a: string, b: string) => Value): BuiltinFunction {
  return (args) => combine(stringAt(args, 0), stringAt(args, 1))
}

/** Character by character: those whose other case is longer stay as they are. */
/** Letters with a mapping to one letter beside the full one that the language uses. */
const SIMPLE = new Set(['\u0130'])

function mapCase(text: string, convert: (char: string) => string): string {
  return Array.from(text, (char) => {
    const [simple = char, ...more] = Array.from(convert(char))
    // Of two lower-case letters the second is a combining dot; an upper-case pair has no simple form.
    return more.length === 0 || SIMPLE.has(char) ? simple : char
  }).join('')
}

const split: BuiltinFunction = (args, { run }) => {
  const [text, delimiter] = [stringAt(args, 0), stringAt(args, 1)]
  run.meter.allocate(2 * text.length)
  return delimiter === '' ? Array.from(text) : text.split(delimiter)
}

/** The first so many parts, or the last ones if the number is negative. */
const splitN: BuiltinFunction = (args) => {
  const [text, delimiter, count] = [stringAt(args, 0), stringAt(args, 1), countAt(args, 2)]
  const parts = delimiter === '' ? Array.from(text) : text.split(delimiter)
  return count < 0 ? parts.slice(count) : parts.slice(0, count)
}

const join: BuiltinFunction = (args, { run }) => {
  const parts = stringsAt(args, 1)
  const separator = stringAt(args, 0)
  const text = parts.join(separator)
  run.meter.allocate(2 * text.length)
  return text
}

const replace: BuiltinFunction = (args, { run }) => {
  const [text, from, to] = [stringAt(args, 0), stringAt(args, 1), stringAt(args, 2)]
  const result = from === '' ? betweenAll(text, to) : text.replaceAll(from, () => to)
  run.meter.allocate(2 * result.length)
  return result
}

function betweenAll(text: string, inserted: string): string {
  return (
    inserted +
    Array.from(text)
      .map((char) => char + inserted)
      .join('')
  )
}

/** Replaces at each position the first pattern, in the order of keys, that matches there. */
const replaceN: BuiltinFunction = (args) => {
  const patterns = [...objectAt(args, 0).entries()]
  for (const [key, value] of patterns) {
    if (typeof key !== 'string') throw badOperand(1, 'non-string key found in pattern object')
    if (typeof value !== 'string') throw badOperand(1, 'non-string value found in pattern object')
  }
  const text = stringAt(args, 1)
  const texts = patterns as [string, string][]
  let result = ''
  for (let at = 0; at <= text.length;) {
    const found = texts.find(([from]) => text.startsWith(from, at))
    if (found) result += found[1]
    if (found && found[0].length > 0) at += found[0].length
    else result += text[at++] ?? ''
  }
  return result
}

function characters(set: string): ReadonlySet<string> {
  return new Set(set)
}

function trimLeft(text: string, set: string): string {
  const chars = characters(set)
  const all = Array.from(text)
  const start = all.findIndex((char) => !chars.has(char))
  return start < 0 ? '' : all.slice(start).join('')
}

function trimRight(text: string, set: string): string {
  const chars = characters(set)
  const all = Array.from(text)
  return all.slice(0, all.findLastIndex((char) => !chars.has(char)) + 1).join('')
}

/** Offsets and lengths count characters. */
const substring: BuiltinFunction = (args) => {
  const [text, offset, length] = [Array.from(stringAt(args, 0)), countAt(args, 1), countAt(args, 2)]
  if (offset < 0) throw fail('negative offset')
  return text.slice(offset, length < 0 ? undefined : offset + length).join('')
}

const indexOf = onTexts((text, part) => {
  if (part === '') throw fail('empty search character')
  const at = text.indexOf(part)
  return at < 0 ? -1 : Array.from(text.slice(0, at)).length
})

const indexOfAll = onTexts((text, part) => {
  if (part === '') throw fail('empty search character')
  const [all, sought] = [Array.from(text), Array.from(part)]
  return all.flatMap((_, at) => (sought.every((char, i) => all[at + i] === char) ? [at] : []))
})

const countParts = onTexts((text, part) =>
  part === '' ? Array.from(text).length + 1 : text.split(part).length - 1,
)

function anyAffix(matches: (text: string, affix: string) => boolean): BuiltinFunction {
  return (args) => {
    const affixes = stringsAt(args, 1)
    return stringsAt(args, 0).some((text) => affixes.some((affix) => matches(text, affix)))
  }
}

const format: BuiltinFunction = (args, { run }) => {
  const text = sprintf(stringAt(args, 0), arrayAt(args, 1))
  run.meter.allocate(2 * text.length)
  return text
}

const concatType = 'set<string>|array<string>'
const affixType = 'string|set<string>|array<string>'

export const strings: readonly Builtin[] = [
  define(`concat(string, ${concatType}) -> string`, 'The strings joined by a separator.', join),
  define(
    'contains(string, string) -> boolean',
    'Whether the second is part of the first.',
    onTexts((a, b) => a.includes(b)),
  ),
  define(
    'startswith(string, string) -> boolean',
    'Whether the first starts with the second.',
    onTexts((a, b) => a.startsWith(b)),
  ),
  define(
    'endswith(string, string) -> boolean',
    'Whether the first ends with the second.',
    onTexts((a, b) => a.endsWith(b)),
  ),
  define(
    'lower(string) -> string',
    'In lower case.',
    onText((text) => mapCase(text, (char) => char.toLowerCase())),
  ),
  define(
    'upper(string) -> string',
    'In upper case.',
    onText((text) => mapCase(text, (char) => char.toUpperCase())),
  ),
  define('split(string, string) -> array<string>', 'The parts between the delimiters.', split),
  define(
    'strings.split_n(string, string, number) -> array<string>',
    'The first so many parts; the last ones if negative.',
    splitN,
  ),
  define(
    'replace(string, string, string) -> string',
    'Every occurrence of the second replaced by the third.',
    replace,
  ),
  define(
    'strings.replace_n(object, string) -> string',
    'Occurrences of the keys replaced by their values.',
    replaceN,
  ),
  define(
    'trim(string, string) -> string',
    'Without the given characters at either end.',
    onTexts((a, b) => trimLeft(trimRight(a, b), b)),
  ),
  define(
    'trim_left(string, string) -> string',
    'Without the given characters at the start.',
    onTexts(trimLeft),
  ),
  define(
    'trim_right(string, string) -> string',
    'Without the given characters at the end.',
    onTexts(trimRight),
  ),
  define(
    'trim_prefix(string, string) -> string',
    'Without the prefix.',
    onTexts((a, b) => (a.startsWith(b) ? a.slice(b.length) : a)),
  ),
  define(
    'trim_suffix(string, string) -> string',
    'Without the suffix.',
    onTexts((a, b) => (b && a.endsWith(b) ? a.slice(0, -b.length) : a)),
  ),
  define(
    'trim_space(string) -> string',
    'Without white space at either end.',
    onText((text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '')),
  ),
  define(
    'substring(string, number, number) -> string',
    'From an offset, so many characters; all if negative.',
    substring,
  ),
  define(
    'indexof(string, string) -> number',
    'Where the second first occurs in the first; -1 if nowhere.',
    indexOf,
  ),
  define(
    'indexof_n(string, string) -> array<number>',
    'Everywhere the second occurs in the first.',
    indexOfAll,
  ),
  define(
    'strings.count(string, string) -> number',
    'How often the second occurs in the first, without overlaps.',
    countParts,
  ),
  define(
    'strings.reverse(string) -> string',
    'The characters in reverse order.',
    onText((text) => Array.from(text).toReversed().join('')),
  ),
  define(
    `strings.any_prefix_match(${affixType}, ${affixType}) -> boolean`,
    'Whether any string starts with any prefix.',
    anyAffix((a, b) => a.startsWith(b)),
  ),
  define(
    `strings.any_suffix_match(${affixType}, ${affixType}) -> boolean`,
    'Whether any string ends with any suffix.',
    anyAffix((a, b) => a.endsWith(b)),
  ),
  define('sprintf(string, array) -> string', "Formatted as by Go's fmt.", format),
  define(
    'strings.render_template(string, object) -> string',
    'Renders a Go text template: fields, conditions, loops, `printf`.',
    (args, call) => renderTemplate(stringAt(args, 0), objectAt(args, 1), call.run.meter),
  ),
]
