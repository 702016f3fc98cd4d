import { truncate } from '../values/big-float.ts'
import { Decimal, parseDecimal, power10, trimZeros } from '../values/decimal.ts'
import { fromParts } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { fail, stringAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'

const binary = ['ki', 'mi', 'gi', 'ti', 'pi', 'ei']
const decimal = ['k', 'm', 'g', 't', 'p', 'e']

/** What a unit of bytes stands for; case does not matter. */
function bytesFactor(unit: string): bigint | undefined {
  const name = unit.toLowerCase().replace(/b$/, '')
  if (name === '') return 1n
  const index = binary.indexOf(name)
  if (index >= 0) return 1024n ** BigInt(index + 1)
  const power = decimal.indexOf(name)
  return power >= 0 ? 1000n ** BigInt(power + 1) : undefined
}

/** As in Kubernetes: `m` is a thousandth, `M` a million. */
function unitFactor(unit: string): { factor: bigint; milli: boolean } | undefined {
  const name = unit.slice(0, 1) + unit.slice(1).toLowerCase()
  if (name === 'm') return { factor: 1n, milli: true }
  const lower = name.toLowerCase()
  if (lower.endsWith('b')) return undefined
  const factor = bytesFactor(lower)
  return factor === undefined ? undefined : { factor, milli: false }
}

type Amount = { readonly number: Decimal; readonly unit: string }

function readAmount(text: string, name: string, what: string): Amount {
  const clean = text.replaceAll('"', '')
  if (clean.includes(' ')) throw fail(`${name}: spaces not allowed in resource strings`)
  const [, digits = '', unit = ''] =
    /^([-+.\d]*(?:(?<=[\d.])[eE][+-]?\d+)?)(.*)$/s.exec(clean) ?? []
  if (digits === '') throw fail(`${name}: no ${what} provided`)
  const number = parseDecimal(digits.replace(/^([+-]?)\./, '$10.'))
  if (!number) throw fail(`${name}: could not parse ${what} to a number`)
  return { number: new Decimal(number.coefficient, number.exponent), unit }
}

function parse(text: string): RegoNumber {
  const { number, unit } = readAmount(text, 'units.parse', 'amount')
  const scale = unitFactor(unit)
  if (!scale)
    throw fail(`units.parse: unit ${unit.slice(0, 1) + unit.slice(1).toLowerCase()} not recognized`)
  const exponent = number.exponent - (scale.milli ? 3 : 0)
  return roundTo10(trimZeros({ coefficient: number.coefficient * scale.factor, exponent }))
}

/** Fractions are given with ten digits. */
function roundTo10({
  coefficient,
  exponent,
}: {
  coefficient: bigint
  exponent: number
}): RegoNumber {
  if (exponent >= -10) return fromParts({ coefficient, exponent })
  const unit = power10(-10 - exponent)
  const half = coefficient < 0n ? -unit / 2n : unit / 2n
  return fromParts({ coefficient: (coefficient + half) / unit, exponent: -10 })
}

function parseBytes(text: string): RegoNumber {
  const { number, unit } = readAmount(text, 'units.parse_bytes', 'byte amount')
  const factor = bytesFactor(unit)
  if (factor === undefined) throw fail(`units.parse_bytes: byte unit ${unit} not recognized`)
  const exact = fromParts({ coefficient: number.coefficient * factor, exponent: number.exponent })
  return truncate(exact)
}

export const units: readonly Builtin[] = [
  define('units.parse(string) -> number', 'A number with a unit: `10m`, `5K`, `3Mi`.', (args) =>
    parse(stringAt(args, 0)),
  ),
  define('units.parse_bytes(string) -> number', 'A number of bytes: `10KB`, `5GiB`.', (args) =>
    parseBytes(stringAt(args, 0)),
  ),
]
