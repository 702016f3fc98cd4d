import type { OptionSpec } from './command.ts'
import { UsageError } from './exit.ts'

/** `contractRevision` → `--contract-revision <n>` */
export function flagsOf(key: string, spec: OptionSpec): string {
  const { type, short, placeholder, negatable } = spec
  const long = `--${kebab(key)}`
  const flags = short ? `-${short}, ${long}` : long
  if (negatable === true) return `${flags} [true|false]`
  return type === 'boolean' ? flags : `${flags} <${placeholder ?? PLACEHOLDERS[type]}>`
}

const PLACEHOLDERS = { string: 'text', integer: 'n', list: 'text', pairs: 'name=value' } as const

export function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The property under which commander files an option. */
export function keyOf(name: string): string {
  return kebab(name).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** What the parser, or the environment, gives for an option. */
export type Given = string | boolean | readonly string[] | undefined

/** What was typed, as the type that the option declares. Throws `UsageError`. */
export function parseValue(key: string, spec: OptionSpec, given: Given): unknown {
  const flag = `--${kebab(key)}`
  switch (spec.type) {
    case 'boolean':
      return given === undefined ? undefined : given === true || given === 'true'
    case 'integer':
      return given === undefined ? spec.default : integer(flag, one(given))
    case 'list':
      return texts(given).flatMap((value) => split(value, ','))
    case 'pairs':
      return Object.fromEntries(texts(given).map((value) => pair(flag, value)))
    case 'string':
      return given === undefined ? spec.default : choice(flag, spec, one(given))
  }
}

function integer(flag: string, value: string): number {
  if (/^-?\d{1,15}$/.test(value)) return Number(value)
  throw new UsageError(`${flag} must be a number, not ${JSON.stringify(value)}`)
}

function one(given: Exclude<Given, undefined>): string {
  return typeof given === 'object' ? given.join(',') : String(given)
}

function texts(given: Given): readonly string[] {
  if (given === undefined) return []
  return typeof given === 'object' ? given : [String(given)]
}

function split(value: string, separator: string): readonly string[] {
  return value
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Only the first `=` separates: values may contain more. */
function pair(flag: string, value: string): readonly [string, string] {
  const at = value.indexOf('=')
  if (at < 1) throw new UsageError(`${flag} must be name=value, not ${JSON.stringify(value)}`)
  return [value.slice(0, at), value.slice(at + 1)]
}

function choice(flag: string, { choices }: OptionSpec, value: string): string {
  if (choices === undefined || choices.includes(value)) return value
  throw new UsageError(`${flag} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`)
}
