import { RegoError } from '../errors.ts'
import { keyText, stringify, marshal as marshalJson } from '../values/json.ts'
import { isNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts'
import { badOperand, elements, fail, objectAt, stringAt, valueAt } from './operands.ts'
import { prettyJson } from './pretty-json.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'
import { parseYaml, toYaml } from './yaml.ts'

function isValid(read: (text: string) => unknown): BuiltinFunction {
  return ([value]) => {
    if (typeof value !== 'string') return false
    try {
      read(value)
      return true
    } catch (error) {
      if (error instanceof RegoError) return false
      throw error
    }
  }
}

function readJson(text: string): Value {
  try {
    return parseJson(text)
  } catch (error) {
    throw error instanceof RegoError ? fail(error.reason) : error
  }
}

const marshal: BuiltinFunction = (args, { run }) => {
  const text = marshalJson(valueAt(args, 0))
  run.meter.allocate(2 * text.length)
  return text
}

const marshalWithOptions: BuiltinFunction = (args) => {
  const options = objectAt(args, 1)
  for (const key of options.keys()) {
    if (key !== 'pretty' && key !== 'indent' && key !== 'prefix') {
      throw badOperand(2, `object contained unknown key ${stringify(key)}`)
    }
  }
  const pretty = options.get('pretty') ?? options.size > 0
  if (typeof pretty !== 'boolean') throw badOperand(2, 'key "pretty" failed cast to bool')
  if (!pretty) return marshalJson(valueAt(args, 0))
  const [indent, prefix] = [options.get('indent') ?? '\t', options.get('prefix') ?? '']
  const layout = { indent: keyText(indent), prefix: keyText(prefix) }
  return layout.prefix + prettyJson(valueAt(args, 0), layout)
}

/** Go's url.QueryEscape. */
export function queryEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

function queryUnescape(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0]
  if (bad !== undefined) throw fail(`invalid URL escape ${JSON.stringify(bad)}`)
  const bytes: number[] = []
  for (const [part] of text.replaceAll('+', ' ').matchAll(/%[0-9a-fA-F]{2}|[^%]+/g)) {
    if (part.startsWith('%')) bytes.push(Number.parseInt(part.slice(1), 16))
    else bytes.push(...utf8(part))
  }
  return fromUtf8(Uint8Array.from(bytes))
}

function isScalar(value: Value): boolean {
  return value === null || typeof value === 'boolean' || isNumber(value)
}

const encodeObject: BuiltinFunction = (args) => {
  const pairs: string[] = []
  for (const [key, value] of objectAt(args, 0).entries()) {
    const values = typeof value === 'string' ? [value] : elements(value)
    const isText = values.every((each) => typeof each === 'string')
    if (!isText || (values.length === 0 && value instanceof RegoObject) || isScalar(value)) {
      throw badOperand(1, 'values must be string, array[string], or set[string]')
    }
    for (const each of values) {
      pairs.push(`${queryEscape(keyText(key))}=${queryEscape(keyText(each))}`)
    }
  }
  return pairs.join('&')
}

const decodeObject: BuiltinFunction = (args) => {
  const values = new Map<string, string[]>()
  for (const pair of stringAt(args, 0).split('&')) {
    if (pair === '') continue
    if (pair.includes(';')) throw fail('invalid semicolon separator in query')
    const [key = '', ...rest] = pair.split('=')
    const name = queryUnescape(key)
    values.set(name, [...(values.get(name) ?? []), queryUnescape(rest.join('='))])
  }
  return new RegoObject(values, new Map())
}

/** Bytes that are no UTF-8 have no text form. */
function base64(options: { url: boolean; padding?: boolean }): (text: string) => string {
  return (text) => fromUtf8(fromBase64(text, options))
}

/** URL-safe texts may come with or without their padding. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const body = text.replace(/=+$/, '')
  if (utf8(body).length % 4 === 1) throw fail(`illegal base64url string: ${text}`)
  return fromBase64(body, { url: true, padding: false })
}

export const encoding: readonly Builtin[] = [
  define('base64.encode(string) -> string', 'RFC 4648 base64.', (args) =>
    toBase64(utf8(stringAt(args, 0))),
  ),
  define('base64.decode(string) -> string', 'The text behind RFC 4648 base64.', (args) =>
    base64({ url: false })(stringAt(args, 0)),
  ),
  define(
    'base64.is_valid(any) -> boolean',
    'Whether the value is base64.',
    isValid((text) => fromBase64(text)),
  ),
  define('base64url.encode(string) -> string', 'URL-safe base64 with padding.', (args) =>
    toBase64(utf8(stringAt(args, 0)), { url: true }),
  ),
  define('base64url.encode_no_pad(string) -> string', 'URL-safe base64 without padding.', (args) =>
    toBase64(utf8(stringAt(args, 0)), { url: true, padding: false }),
  ),
  define('base64url.decode(string) -> string', 'The text behind URL-safe base64.', (args) =>
    fromUtf8(decodeBase64Url(stringAt(args, 0))),
  ),
  define('hex.encode(string) -> string', 'The bytes of the text in hexadecimal.', (args) =>
    toHex(utf8(stringAt(args, 0))),
  ),
  define('hex.decode(string) -> string', 'The text behind hexadecimal bytes.', (args) =>
    fromUtf8(fromHex(stringAt(args, 0))),
  ),
  define('urlquery.encode(string) -> string', 'Escaped for a URL query.', (args) =>
    queryEscape(stringAt(args, 0)),
  ),
  define('urlquery.decode(string) -> string', 'Without the escapes of a URL query.', (args) =>
    queryUnescape(stringAt(args, 0)),
  ),
  define(
    'urlquery.encode_object(object) -> string',
    'A URL query of the keys and their values.',
    encodeObject,
  ),
  define(
    'urlquery.decode_object(string) -> object',
    'The keys of a URL query with lists of values.',
    decodeObject,
  ),
  define('json.marshal(any) -> string', 'JSON text.', marshal),
  define(
    'json.marshal_with_options(any, object) -> string',
    'JSON text, indented.',
    marshalWithOptions,
  ),
  define('json.unmarshal(string) -> any', 'The value of a JSON text.', (args) =>
    readJson(stringAt(args, 0)),
  ),
  define('json.is_valid(any) -> boolean', 'Whether the value is a JSON text.', isValid(readJson)),
  define('yaml.marshal(any) -> string', 'YAML text.', (args) => toYaml(valueAt(args, 0))),
  define('yaml.unmarshal(string) -> any', 'The value of a YAML text.', (args) =>
    parseYaml(stringAt(args, 0)),
  ),
  define('yaml.is_valid(any) -> boolean', 'Whether the value is a YAML text.', isValid(parseYaml)),
]
