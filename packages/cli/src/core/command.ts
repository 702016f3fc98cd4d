import type { Session } from './session.ts'
import type { View } from './view.ts'

/** One option of a command. The parser, `--help`, `docs/cli.md` and the types of `run` are made of it. */
export interface OptionSpec {
  readonly type: 'string' | 'integer' | 'boolean' | 'list' | 'pairs'
  readonly help: string
  readonly required?: true
  readonly short?: string
  /** Word for the value in help texts. Default: the type. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  readonly default?: string | number
  /** An environment variable that is used when the option is not given. */
  readonly env?: string
  /** It may also be given without its name. At most one per command, of type list. */
  readonly positional?: true
  /** A boolean that can be said to be false: `--mark-latest=false`. */
  readonly negatable?: true
  /** Older spellings, accepted and not shown. */
  readonly aliases?: readonly string[]
}

export type Options = Readonly<Record<string, OptionSpec>>

interface ValueOf {
  readonly string: string
  readonly integer: number
  readonly boolean: boolean
  readonly list: readonly string[]
  readonly pairs: Readonly<Record<string, string>>
}

/** Lists and pairs are empty when they are not given; the rest is undefined unless required or preset. */
type Value<S extends OptionSpec> = S extends { type: 'list' | 'pairs' }
  ? ValueOf[S['type']]
  : S extends { required: true } | { default: string | number }
    ? ValueOf[S['type']]
    : ValueOf[S['type']] | undefined

export type Values<O extends Options> = { readonly [K in keyof O]: Value<O[K]> }

export interface CommandSpec<O extends Options, R> {
  /** `workflow contract create` */
  readonly name: string
  readonly summary: string
  /** More than the summary, for `--help` and the documentation. */
  readonly details?: string
  readonly options: O
  /** Lines that can be typed as they are. */
  readonly examples?: readonly string[]
  /** Returns data; `--output json` prints it as it is. */
  run(session: Session, options: Values<O>): Promise<R>
  /** How people see the data. */
  view(result: R, options: Values<O>): View
  /** A reason to end with another exit code although there is a result. */
  exit?(result: R): { readonly code: number; readonly error: Error } | undefined
}

/** A command with its types checked and forgotten: what the parser and the help know. */
export type Command = CommandSpec<Options, unknown>

/** Types flow from `options` to `run`, and from `run` to `view`. */
export function defineCommand<const O extends Options, R>(spec: CommandSpec<O, R>): Command {
  // Methods are checked bivariantly; the parser builds the values from these very options.
  return spec
}
