import { compare } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { formatAddress, formatRange, parseAddress, parseCidr, rangeOf, splitRange } from './ip.ts'
import type { Cidr } from './ip.ts'
import { elements, fail, stringAt, valueAt } from './operands.ts'
import { awaitHost } from './pending.ts'
import { define, lenient, stable } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

function cidrAt(args: readonly Value[], index: number): Cidr {
  return readCidr(stringAt(args, index))
}

function readCidr(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw fail(`invalid CIDR address: ${text}`)
  return cidr
}

function readRange(text: string): Cidr {
  if (text.includes('/')) return readCidr(text)
  const address = parseAddress(text)
  if (!address) throw fail(`not a valid textual representation of an IP address or CIDR: ${text}`)
  return rangeOf(address, address.bits)
}

function holds(outer: Cidr, inner: Cidr): boolean {
  return outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last
}

function overlap(a: Cidr, b: Cidr): boolean {
  return a.bits === b.bits && a.first <= b.last && b.first <= a.last
}

const contains: BuiltinFunction = (args) => holds(cidrAt(args, 0), readRange(stringAt(args, 1)))

type Named = { readonly key: Value; readonly item: Value }

/** Strings, arrays whose first element is one, and collections of them; keys tell which matched. */
function namedItems(value: Value): Named[] {
  if (typeof value === 'string') return [{ key: value, item: value }]
  const entries: Iterable<readonly [Value, Value]> =
    value instanceof RegoObject ? value.entries()
    : value instanceof RegoSet ? value.values().map((item): [Value, Value] => [item, item])
    : elements(value).map((item, index): [Value, Value] => [index, item]) // prettier-ignore
  return Array.from(entries, ([key, item]) => ({ key, item }))
}

function textOf(item: Value, operand: number): string {
  const text = Array.isArray(item) ? item[0] : item
  if (typeof text === 'string') return text
  throw fail(`operand ${operand}: element must be string or non-empty array`)
}

const containsMatches: BuiltinFunction = (args, { run }) => {
  const [outer, inner] = [namedItems(valueAt(args, 0)), namedItems(valueAt(args, 1))]
  const pairs: Value[] = []
  if (inner.length === 0) return RegoSet.empty
  for (const a of outer) {
    run.meter.tick(inner.length)
    // What holds must be a network, what is held may be an address. Nothing is read before it is compared.
    const range = readCidr(textOf(a.item, 1))
    for (const b of inner) {
      if (holds(range, readRange(textOf(b.item, 2)))) pairs.push([a.key, b.key])
    }
  }
  return RegoSet.from(pairs)
}

const expand: BuiltinFunction = (args, { run }) => {
  const { first, last, bits } = cidrAt(args, 0)
  const addresses: string[] = []
  for (let at = first; at <= last; at++) {
    run.meter.tick()
    run.meter.allocate(64)
    addresses.push(formatAddress(at, bits))
  }
  return RegoSet.from(addresses)
}

/** Neighbouring and overlapping ranges are joined, then cut into as few CIDRs as possible. */
const merge: BuiltinFunction = (args) => {
  const given = valueAt(args, 0)
  if (!Array.isArray(given) && !(given instanceof RegoSet)) throw fail('operand must be an array')
  const ranges = elements(given).map((item) => {
    if (typeof item !== 'string') throw fail('element must be string')
    return mergeable(item)
  })
  ranges.sort((a, b) => a.bits - b.bits || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: Cidr[] = []
  for (const range of ranges) {
    const before = merged.at(-1)
    if (before && before.bits === range.bits && range.first <= before.last + 1n) {
      merged[merged.length - 1] = {
        ...before,
        last: range.last > before.last ? range.last : before.last,
      }
    } else merged.push(range)
  }
  return RegoSet.from(merged.flatMap(splitRange).map(formatRange).toSorted(compare))
}

function mergeable(text: string): Cidr {
  const address = parseAddress(text)
  if (!address) return readCidr(text)
  if (address.bits === 128) throw fail('IPv6 invalid: needs prefix length')
  return rangeOf(address, classfulPrefix(address.value))
}

/** An IPv4 address alone stands for its classful network. */
function classfulPrefix(value: bigint): number {
  const top = Number(value >> 24n)
  if (top < 128) return 8
  return top < 192 ? 16 : top < 224 ? 24 : 32
}

const lookup: BuiltinFunction = (args, { run }: CallContext) => {
  const name = stringAt(args, 0)
  const address = parseAddress(name)
  if (address) return RegoSet.from([formatAddress(address.value, address.bits)])
  if (!run.host.lookup) throw fail('the host grants no name resolution')
  const { lookup: resolve } = run.host
  return RegoSet.from(awaitHost(run, `lookup ${name}`, () => resolve(name)))
}

export const net: readonly Builtin[] = [
  lenient(
    define(
      'net.cidr_contains(string, string) -> boolean',
      'Whether a CIDR holds an address or another CIDR.',
      contains,
    ),
  ),
  define(
    'net.cidr_contains_matches(any, any) -> set',
    'The pairs of which the first holds the second.',
    containsMatches,
  ),
  lenient(
    define(
      'net.cidr_intersects(string, string) -> boolean',
      'Whether two CIDRs have a common address.',
      (args) => overlap(cidrAt(args, 0), cidrAt(args, 1)),
    ),
  ),
  lenient(
    define(
      'net.cidr_overlap(string, string) -> boolean',
      'The old name of `net.cidr_contains`.',
      contains,
    ),
  ),
  define('net.cidr_expand(string) -> set<string>', 'All addresses of a CIDR.', expand),
  lenient(
    define(
      'net.cidr_merge(array<string>|set<string>) -> set<string>',
      'The fewest CIDRs with the same addresses.',
      merge,
    ),
  ),
  define(
    'net.cidr_is_valid(any) -> boolean',
    'Whether the value is a CIDR.',
    ([value]) => typeof value === 'string' && parseCidr(value) !== undefined,
  ),
  stable(
    define(
      'net.lookup_ip_addr(string) -> set<string>',
      'The addresses of a host name, if the host grants it.',
      lookup,
    ),
  ),
]
