import { RegoError } from '../errors.ts'
import { Decimal } from './decimal.ts'
import { fromDouble, isNumber, numberText } from './number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import type { Value } from './value.ts'

/**
 * A JavaScript value as JSON shows it: undefined members are left out, bigints are exact, values
 * of this package pass as they are. Functions, symbols, NaN and infinities are refused.
 */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json
    case 'number':
    case 'bigint':
      return fromNumeric(json)
    case 'object':
      return json === null ? null : fromObject(json)
    default:
      throw refuse(typeof json)
  }
}

function fromNumeric(json: number | bigint): Value {
  const value = typeof json === 'bigint' ? fromBig(json) : fromDouble(json)
  if (value === undefined) throw refuse(String(json))
  return value
}

function fromBig(json: bigint): Value {
  const small = Number(json)
  return Number.isSafeInteger(small) ? small : json
}

function fromObject(json: object): Value {
  if (json instanceof RegoObject || json instanceof RegoSet || json instanceof Decimal) return json
  if (Array.isArray(json)) return json.map((item) => fromJson(item === undefined ? null : item))
  const strings = new Map<string, Value>()
  for (const key of Object.keys(json)) {
    const value: unknown = Reflect.get(json, key)
    if (value !== undefined) strings.set(key, fromJson(value))
  }
  return new RegoObject(strings, new Map())
}

function refuse(what: string): RegoError {
  return new RegoError('eval_type_error', `${what} has no JSON form`)
}

/**
 * Plain JavaScript: sets become sorted arrays, keys that are no strings their JSON text, numbers
 * doubles (integers beyond 2^53 and long decimals lose digits: `stringify` keeps them).
 */
export function toJson(value: Value): unknown {
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof RegoSet) return value.values().map(toJson)
  if (value instanceof RegoObject) {
    return Object.fromEntries(Array.from(value.entries(), ([k, v]) => [keyText(k), toJson(v)]))
  }
  return isNumber(value) ? Number(numberText(value)) : value
}

/** A string itself, any other value as JSON; nothing as the empty text. */
export function keyText(key: Value | undefined): string {
  if (key === undefined) return ''
  return typeof key === 'string' ? key : stringify(key).replaceAll(/[<>&]/g, escapeHtml)
}

/** Go's encoder, by which OPA makes keys of values, is careful about what a browser might read. */
function escapeHtml(char: string): string {
  return `\\u00${char.charCodeAt(0).toString(16)}`
}

/** Exact JSON text with sorted keys, without blanks. */
export function stringify(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (isNumber(value)) return numberText(value)
  if (Array.isArray(value)) return `[${value.map(stringify).join()}]`
  if (value instanceof RegoSet) return `[${value.values().map(stringify).join()}]`
  if (value instanceof RegoObject) return stringifyObject(value)
  return value === null ? 'null' : value ? 'true' : 'false'
}

/** The same, safe inside of HTML, as Go writes it. */
export function marshal(value: Value): string {
  // These characters occur in the strings of JSON only.
  return stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function stringifyObject(object: RegoObject): string {
  const pair = ([k, v]: [Value, Value]): string => `${JSON.stringify(keyText(k))}:${stringify(v)}`
  return `{${Array.from(object.entries(), pair).join()}}`
}
