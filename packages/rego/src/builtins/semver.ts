import { typeName } from '../values/compare.ts'
import { fail, mustBe, stringAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'

const pattern =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/

type SemVer = { readonly core: readonly bigint[]; readonly pre: readonly string[] }

function parse(text: string): SemVer | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, major = '0', minor = '0', patch = '0', pre] = match
  const identifiers = pre ? pre.split('.') : []
  if (identifiers.some((part) => /^0\d+$/.test(part))) return undefined
  return { core: [BigInt(major), BigInt(minor), BigInt(patch)], pre: identifiers }
}

/** SemVer 2.0.0 §11. */
function compareVersions(a: SemVer, b: SemVer): number {
  const core = firstDifference(a.core, b.core, (x, y) => (x < y ? -1 : x > y ? 1 : 0))
  if (core !== 0) return core
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length)
  return firstDifference(a.pre, b.pre, compareIdentifiers)
}

/** A list that the other continues comes first. */
function firstDifference<T>(
  a: readonly T[],
  b: readonly T[],
  compareItems: (a: T, b: T) => number,
): number {
  for (const [index, item] of a.entries()) {
    const other = b[index]
    const order = other === undefined ? 1 : compareItems(item, other)
    if (order !== 0) return order
  }
  return a.length < b.length ? -1 : 0
}

function compareIdentifiers(a: string, b: string): number {
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (x && y) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
  if (x !== y) return x ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function versionAt(args: readonly unknown[], index: number): SemVer {
  const text = args[index]
  if (typeof text !== 'string') throw mustBe(index + 1, ['string'], typeName(null))
  const version = parse(text)
  if (!version) throw badVersion(index, text)
  return version
}

function badVersion(index: number, text: string): Error {
  return fail(`operand ${index + 1}: string ${JSON.stringify(text)} is not a valid SemVer`)
}

export const semver: readonly Builtin[] = [
  define(
    'semver.compare(string, string) -> number',
    '-1, 0 or 1 as the first version is older, equal or newer.',
    (args) => compareVersions(versionAt(args, 0), versionAt(args, 1)),
  ),
  define(
    'semver.is_valid(any) -> boolean',
    'Whether the value is a version of SemVer 2.0.0.',
    (args) => typeof args[0] === 'string' && parse(stringAt(args, 0)) !== undefined,
  ),
]
