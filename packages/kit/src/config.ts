import { readFileSync } from 'node:fs'

export type Environment = Readonly<Record<string, string | undefined>>

/** One setting: how it is called, what it means, and how its value is read. */
export interface Setting<T> {
  /** Name of the environment variable. */
  readonly env: string
  readonly kind: string
  readonly help: string
  /** As it would be written in the environment; undefined when there is none. */
  readonly shownDefault: string | undefined
  readonly isRequired: boolean
  /** Throws an Error whose message says what is wrong, without the variable's name. */
  readonly read: (env: Environment) => T
}

export type Settings<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }

/** All problems of a configuration at once. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`invalid configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Reads every setting, or throws `InvalidConfiguration` that names all that are wrong. */
export function settings<S extends Record<string, Setting<unknown>>>(
  env: Environment,
  shape: S,
): Settings<S> {
  const problems: string[] = []
  const entries = Object.entries(shape).map(([name, setting]) => {
    try {
      return [name, setting.read(env)]
    } catch (problem) {
      problems.push(`${setting.env}: ${messageOf(problem)}`)
      return [name, undefined]
    }
  })
  if (problems.length > 0) throw new InvalidConfiguration(problems)
  return Object.fromEntries(entries) as Settings<S>
}

/** One row per setting, for documentation. */
export function describeSettings(
  shape: Record<string, Setting<unknown>>,
): { env: string; kind: string; default: string; help: string }[] {
  return Object.values(shape).map(({ env, kind, shownDefault, isRequired, help }) => ({
    env,
    kind,
    default: isRequired ? 'required' : (shownDefault ?? ''),
    help,
  }))
}

export interface Options<T> {
  readonly default?: T
  readonly help?: string
}

/** A reader for one kind: with a default its type is T, without one T or undefined. */
interface Kind<T, O = unknown> {
  (env: string, options: Options<T> & { readonly default: T } & O): Setting<T>
  (env: string, options?: Options<T> & O): Setting<T | undefined>
}

function reader<T, O = unknown>(
  name: string,
  parse: (value: string, options: Options<T> & Partial<O>) => T,
  show: (value: T) => string = String,
): Kind<T, O> {
  const setting = (env: string, options: Options<T> & Partial<O> = {}): Setting<T> => ({
    env,
    kind: name,
    help: options.help ?? '',
    shownDefault: options.default === undefined ? undefined : show(options.default),
    isRequired: false,
    read: (environment) => {
      const value = environment[env]
      // Setting<T> stands for Setting<T | undefined> here; the overloads of Kind tell them apart.
      if (value === undefined || value === '') return options.default as T
      return parse(value, options)
    },
  })
  return setting
}

export const text: Kind<string> = reader('text', (value) => value)

export const integer: Kind<number, { readonly min?: number; readonly max?: number }> = reader<
  number,
  { readonly min?: number; readonly max?: number }
>('integer', (value, { min = 0, max = Number.MAX_SAFE_INTEGER }) => {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new Error(`${JSON.stringify(value)} is not an integer`)
  if (number < min || number > max) throw new Error(`${value} is not between ${min} and ${max}`)
  return number
})

/** A TCP port; 0 means any free one. */
export function port(
  env: string,
  options: Options<number> & { readonly default: number },
): Setting<number> {
  return { ...integer(env, { ...options, min: 0, max: 65_535 }), kind: 'port' }
}

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds, written `500ms`, `30s`, `5m`, `24h` or `7d`. */
export const duration: Kind<number> = reader(
  'duration',
  (value) => withUnit(value, DURATIONS, 'a duration like 30s or 5m'),
  (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
)

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** Bytes, written `1048576`, `100MB` or `64MiB`. */
export const bytes: Kind<number> = reader('bytes', (value) =>
  withUnit(value, SIZES, 'a size like 100MB or 64MiB'),
)

/** Comma-separated; blanks around and empty items are dropped. */
export const list: Kind<readonly string[]> = reader(
  'list',
  (value): readonly string[] =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  (items) => items.join(','),
)

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
}

/** False unless set to true, 1, yes or on. */
export function flag(env: string, options: Options<boolean> = {}): Setting<boolean> {
  return reader<boolean>('flag', (value) => {
    const parsed = FLAGS[value.toLowerCase()]
    if (parsed === undefined) throw new Error(`${JSON.stringify(value)} is neither true nor false`)
    return parsed
  })(env, { default: false, ...options })
}

export const url: Kind<string> = reader('url', (value) => {
  if (!URL.canParse(value)) throw new Error('is not a URL')
  return value
})

export function oneOf<const C extends string>(
  env: string,
  choices: readonly C[],
  options: Options<C> & { readonly default: C },
): Setting<C> {
  return reader<C>(choices.join(' | '), (value) => {
    const found = choices.find((choice) => choice === value)
    if (found === undefined)
      throw new Error(`${JSON.stringify(value)} is none of ${choices.join(', ')}`)
    return found
  })(env, options)
}

/** Taken from `NAME`, or from the file that `NAME_FILE` names (one trailing line break is cut). Never shown. */
export function secret(
  env: string,
  options: { readonly help?: string } = {},
): Setting<string | undefined> {
  return {
    env,
    kind: `secret (or ${env}_FILE)`,
    help: options.help ?? '',
    shownDefault: undefined,
    isRequired: false,
    read: (environment) => {
      const [value, file] = [environment[env], environment[`${env}_FILE`]]
      if (value && file) throw new Error(`set ${env} or ${env}_FILE, not both`)
      return file ? secretFile(file) : value || undefined
    },
  }
}

/** Makes a setting without default mandatory; a name alone is required text. */
export function required(env: string, options?: { readonly help?: string }): Setting<string>
export function required<T>(setting: Setting<T | undefined>): Setting<T>
export function required<T>(
  given: string | Setting<T | undefined>,
  options: { readonly help?: string } = {},
): Setting<T | string> {
  const setting: Setting<T | string | undefined> =
    typeof given === 'string' ? text(given, options) : given
  return {
    ...setting,
    isRequired: true,
    read: (environment) => {
      const value = setting.read(environment)
      if (value === undefined) throw new Error('is required')
      return value
    },
  }
}

function secretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Error(`cannot read ${file}: ${messageOf(cause)}`, { cause })
  }
}

function withUnit(
  value: string,
  units: Readonly<Record<string, number>>,
  expected: string,
): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(value) ?? []
  const factor = unit === undefined ? undefined : units[unit]
  const result = factor === undefined ? Number.NaN : Math.round(Number(digits) * factor)
  if (!Number.isSafeInteger(result)) throw new Error(`${JSON.stringify(value)} is not ${expected}`)
  return result
}

function messageOf(cause: unknown): string {
  return cause !== null && typeof cause === 'object' && 'message' in cause
    ? String(cause.message)
    : String(cause)
}
