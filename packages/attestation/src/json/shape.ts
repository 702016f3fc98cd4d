import type { JsonValue } from './json-value.ts'

/** A document whose JSON is fine and whose content is not. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen'
  /** `predicate.materials[2].name`; empty for the document itself. */
  readonly path: string

  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the document' : path} ${problem}`)
    this.path = path
  }
}

/** A value and where it was found. */
export interface Place {
  readonly value: JsonValue | undefined
  readonly path: string
}

export function root(value: JsonValue): Place {
  return { value, path: '' }
}

/** The member of an object; its absence is a value of `undefined`. */
export function member({ value, path }: Place, name: string): Place {
  const object = objectAt({ value, path })
  return {
    value: Object.hasOwn(object, name) ? object[name] : undefined,
    path: path === '' ? name : `${path}.${name}`,
  }
}

export function isPresent({ value }: Place): boolean {
  return value !== undefined && value !== null
}

export function objectAt({ value, path }: Place): { readonly [key: string]: JsonValue } {
  if (!isObject(value)) throw new Misshapen(path, `is not an object but ${described(value)}`)
  return value
}

export function itemsAt({ value, path }: Place): Place[] {
  if (!isArray(value)) throw new Misshapen(path, `is not a list but ${described(value)}`)
  return value.map((item, index) => ({ value: item, path: `${path}[${index}]` }))
}

/** An absent list is an empty one. */
export function optionalItemsAt(place: Place): Place[] {
  return isPresent(place) ? itemsAt(place) : []
}

export function stringAt({ value, path }: Place): string {
  if (typeof value !== 'string')
    throw new Misshapen(path, `is not a string but ${described(value)}`)
  return value
}

export function textAt(place: Place): string {
  const value = stringAt(place)
  if (value === '') throw new Misshapen(place.path, 'is empty')
  return value
}

export function booleanAt({ value, path }: Place): boolean {
  if (typeof value !== 'boolean') {
    throw new Misshapen(path, `is not true or false but ${described(value)}`)
  }
  return value
}

export function numberAt({ value, path }: Place): number {
  if (typeof value !== 'number')
    throw new Misshapen(path, `is not a number but ${described(value)}`)
  return value
}

/** A count: an integer from 0 up. */
export function countAt(place: Place): number {
  const value = numberAt(place)
  if (!Number.isSafeInteger(value) || value < 0) throw new Misshapen(place.path, 'is not a count')
  return value
}

export function stringMapAt(place: Place): Record<string, string> {
  const names = Object.keys(objectAt(place))
  return Object.fromEntries(names.map((name) => [name, stringAt(member(place, name))]))
}

/** `read` if there is something to read. */
export function optional<T>(place: Place, read: (place: Place) => T): T | undefined {
  return isPresent(place) ? read(place) : undefined
}

/** Throws at the first member that nobody reads. */
export function assertOnly(place: Place, names: readonly string[]): void {
  const unknown = Object.keys(objectAt(place)).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new Misshapen(member(place, unknown).path, 'is not a known field')
}

export function isObject(
  value: JsonValue | undefined,
): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !isArray(value)
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function described(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
