import { fromBigInt } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { fail, stringAt } from './operands.ts'
import { define, stable } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

/** RFC 9562 §5.4, one for each key and evaluation. */
const random: BuiltinFunction = (_, { run }) => {
  const bytes = run.host.random?.(16)
  if (!bytes) throw fail('the host grants no random numbers')
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const form =
  /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i

const parse: BuiltinFunction = (args) => {
  const match = form.exec(stringAt(args, 0))
  if (!match) return undefined
  const hex = match.slice(1).join('').toLowerCase()
  const version = Number.parseInt(hex.slice(12, 13), 16)
  const variant = variantOf(Number.parseInt(hex.slice(16, 17), 16))
  const timed = version === 1 || version === 2 ? timeFields(hex, version) : {}
  return RegoObject.record({ version, variant, ...timed })
}

function variantOf(nibble: number): string {
  if (nibble < 8) return 'Reserved'
  if (nibble < 12) return 'RFC4122'
  return nibble < 14 ? 'Microsoft' : 'Future'
}

const gregorianOffset = 0x01b21dd213814000n

function timeFields(hex: string, version: number): Record<string, Value> {
  const field = (from: number, to: number): bigint => BigInt(`0x${hex.slice(from, to)}`)
  const ticks = ((field(12, 16) & 0xfffn) << 48n) | (field(8, 12) << 32n) | field(0, 8)
  const node = hex.slice(20).replace(/(..)(?=.)/g, '$1-')
  const nodeFlags = Number.parseInt(hex.slice(20, 22), 16) & 3
  const variables = ['global:unicast', 'global:multicast', 'local:unicast', 'local:multicast']
  const fields: Record<string, Value> = {
    nodeid: node,
    macvariables: variables[nodeFlags] ?? '',
    clocksequence: Number(field(16, 20) & 0x3fffn),
    time: fromBigInt(BigInt.asIntN(64, (ticks - gregorianOffset) * 100n)),
  }
  if (version !== 2) return fields
  const domain = ['Person', 'Group', 'Org'][Number(field(18, 20))] ?? `Domain${field(18, 20)}`
  return { ...fields, domain, id: Number(field(0, 8)) }
}

export const uuid: readonly Builtin[] = [
  stable(
    define(
      'uuid.rfc4122(string) -> string',
      'A random UUID, the same for the same key within an evaluation.',
      random,
    ),
  ),
  define(
    'uuid.parse(string) -> object',
    'The fields of a UUID; undefined when the text is none.',
    parse,
  ),
]
