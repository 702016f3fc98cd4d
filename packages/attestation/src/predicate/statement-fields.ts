import { Misshapen, isPresent, member, objectAt, stringAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import type { DigestSet } from './predicate.ts'

/** The member if it is there, under its own name. */
export function maybe<K extends string, T>(
  place: Place,
  name: K,
  read: (place: Place) => T,
): Partial<Record<K, T>> {
  const found = member(place, name)
  const fields: Partial<Record<K, T>> = {}
  if (isPresent(found)) fields[name] = read(found)
  return fields
}

export function exactly<T extends string>(place: Place, expected: T): T {
  const value = stringAt(place)
  if (value !== expected) {
    throw new Misshapen(place.path, `is ${JSON.stringify(value)}, not ${JSON.stringify(expected)}`)
  }
  return expected
}

const HEX_LENGTHS: Readonly<Record<string, number>> = { sha1: 40, sha256: 64 }

/** One algorithm or both, in lower-case hex; never empty. */
export function digestSetAt(place: Place): DigestSet {
  const entries = Object.entries(objectAt(place))
  if (entries.length === 0) throw new Misshapen(place.path, 'is empty')
  return Object.fromEntries(
    entries.map(([name, value]) => [name, hexAt({ value, path: `${place.path}.${name}` }, name)]),
  )
}

function hexAt(place: Place, algorithm: string): string {
  const value = stringAt(place)
  const length = Object.hasOwn(HEX_LENGTHS, algorithm) ? HEX_LENGTHS[algorithm] : undefined
  if (length === undefined) throw new Misshapen(place.path, 'is of an algorithm that is not known')
  if (value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    throw new Misshapen(place.path, `is not ${length} lower-case hex digits`)
  }
  return value
}
