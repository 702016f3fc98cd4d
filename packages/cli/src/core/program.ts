import { Command as Parser, CommanderError, Option } from 'commander'

import type { Command, Options, OptionSpec, Values } from './command.ts'
import { UsageError } from './exit.ts'
import { GLOBAL_OPTIONS } from './global-options.ts'
import { flagsOf, keyOf, parseValue, type Given } from './option-values.ts'
import type { GlobalFlags } from './settings.ts'

/** One invocation, parsed. */
export interface Invocation {
  readonly command: Command
  readonly flags: GlobalFlags
  readonly values: Values<Options>
}

export interface ProgramOptions {
  readonly commands: readonly Command[]
  /** Groups by name: what stands in front of a verb, `workflow contract`. */
  readonly groups: Readonly<Record<string, Group>>
  /** The command line. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onInvoke: (invocation: Invocation) => void
  readonly print: (text: string) => void
  /** Columns of the terminal, for help texts. */
  readonly width: number | undefined
}

export interface Group {
  readonly summary: string
  readonly aliases?: readonly string[]
}

const VERB_ALIASES: Readonly<Record<string, string>> = { list: 'ls', delete: 'rm' }

/** The parser over all commands. Its `parse` throws `UsageError`, or `Shown` after a help text. */
export function createProgram(options: ProgramOptions): Parser {
  const program = configure(new Parser('chainloop'), options)
  program
    .description('Attest what happened in a software supply chain, and verify it')
    .helpCommand(false)
    .addHelpText('after', '\n`chainloop COMMAND --help` shows what a command takes.')
  for (const [key, spec] of Object.entries(GLOBAL_OPTIONS)) program.addOption(toOption(key, spec))
  program.optionsGroup('Options')

  // Giving every command its options takes longer than all else here, and only help texts of groups show them.
  const meant = options.commands.filter((command) => isMeant(command, options.argv))
  for (const command of options.commands) {
    const words = command.name.split(' ')
    const parent = parentOf(program, words.slice(0, -1), options)
    const parser = addCommand(parent, command, options)
    if (meant.length === 0 || meant.includes(command)) addOptions(parser, command, options)
  }
  return program
}

/** A help text was printed; there is nothing to run. */
export class Shown extends Error {
  override readonly name = 'Shown'
}

/** Turns what commander throws into our own errors. */
export function translateParseError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  if (error.exitCode === 0 || error.code === 'commander.help') return new Shown()
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const hint =
    suggestion === undefined ? '`--help` shows what can be said' : suggestion.slice(1, -1)
  return new UsageError(message, hint)
}

function configure(parser: Parser, options: Pick<ProgramOptions, 'print' | 'width'>): Parser {
  const { print, width = 80 } = options
  return parser
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: print,
      outputError: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .configureHelp({ sortSubcommands: false })
    .enablePositionalOptions(false)
    .showSuggestionAfterError(true)
}

function parentOf(program: Parser, words: readonly string[], options: ProgramOptions): Parser {
  let parent = program
  for (const [depth, word] of words.entries()) {
    const found = parent.commands.find((known) => known.name() === word)
    parent = found ?? addGroup(parent, words.slice(0, depth + 1), options)
  }
  return parent
}

function addGroup(parent: Parser, words: readonly string[], options: ProgramOptions): Parser {
  const group = options.groups[words.join(' ')]
  const parser = configure(new Parser(words.at(-1)), options)
    .summary(group?.summary ?? '')
    .description(group?.summary ?? '')
    .aliases([...(group?.aliases ?? [])])
    .helpCommand(false)
  parent.addCommand(parser)
  return parser
}

function addCommand(parent: Parser, command: Command, options: ProgramOptions): Parser {
  const verb = verbOf(command)
  const alias = VERB_ALIASES[verb]
  const parser = configure(new Parser(verb), options)
    .summary(command.summary)
    .description(descriptionOf(command))
    .aliases(alias === undefined ? [] : [alias])
    .allowExcessArguments(false)
  parent.addCommand(parser)
  return parser
}

/** Whether it may be this one that is run, or the help text of its group that is shown. */
function isMeant(command: Command, argv: readonly string[]): boolean {
  const verb = verbOf(command)
  const group = command.name.split(' ').at(-2)
  const lastWord = argv.findLast((word) => !word.startsWith('-'))
  return argv.includes(verb) || argv.includes(VERB_ALIASES[verb] ?? verb) || group === lastWord
}

function verbOf({ name }: Command): string {
  return name.split(' ').at(-1) ?? name
}

function addOptions(parser: Parser, command: Command, options: ProgramOptions): void {
  for (const [key, spec] of Object.entries(command.options)) {
    for (const option of toOptions(key, spec)) parser.addOption(option)
  }
  if (command.examples !== undefined) parser.addHelpText('after', examplesOf(command.examples))
  parser.addHelpText('after', '\nConnection and output options: `chainloop --help`.')

  const positional = Object.keys(command.options).find((key) => command.options[key]?.positional)
  if (positional !== undefined) parser.argument(`[${positional}...]`)

  parser.action(() => {
    const given: AllGiven = withArguments(parser, positional)
    const values = Object.fromEntries(
      Object.entries(command.options).map((entry) => [entry[0], valueOf(options, given, entry)]),
    ) as Values<Options>
    requireAll(command, values)
    options.onInvoke({ command, values, flags: rootOf(parser).opts() })
  })
}

function withArguments(parser: Parser, positional: string | undefined): AllGiven {
  const given: AllGiven = parser.opts()
  if (positional === undefined || parser.args.length === 0) return given
  const named = given[keyOf(positional)]
  return { ...given, [keyOf(positional)]: [...(Array.isArray(named) ? named : []), ...parser.args] }
}

function descriptionOf({ summary, details }: Command): string {
  return details === undefined ? summary : `${summary}\n\n${details}`
}

function examplesOf(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`
}

function rootOf(parser: Parser): Parser {
  return parser.parent === null ? parser : rootOf(parser.parent)
}

function toOptions(key: string, spec: OptionSpec): readonly Option[] {
  const hidden = (spec.aliases ?? []).map((alias) =>
    toOption(alias, { ...spec, short: '' }).hideHelp(),
  )
  return [toOption(key, spec), ...hidden]
}

function toOption(key: string, spec: OptionSpec): Option {
  const option = new Option(flagsOf(key, spec), helpOf(spec))
  if (spec.type === 'list' || spec.type === 'pairs') {
    option.argParser((value: string, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      value,
    ])
  }
  return option
}

function helpOf({ help, required, choices, default: preset, env, type }: OptionSpec): string {
  const notes = [
    required === true ? 'required' : undefined,
    choices && `one of ${choices.join(', ')}`,
    preset === undefined ? undefined : `default ${preset}`,
    env && `env ${env}`,
    type === 'list' || type === 'pairs' ? 'repeatable' : undefined,
  ].filter((note) => note !== undefined)
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`
}

function valueOf(
  options: ProgramOptions,
  given: AllGiven,
  [key, spec]: [string, OptionSpec],
): unknown {
  const names = [key, ...(spec.aliases ?? [])]
  const found = names.map((name) => given[keyOf(name)]).find((value) => value !== undefined)
  const variable = spec.env === undefined ? undefined : options.env[spec.env] || undefined
  return parseValue(key, spec, found ?? variable)
}

type AllGiven = Readonly<Record<string, Given>>

function requireAll({ options }: Command, values: Readonly<Record<string, unknown>>): void {
  const missing = Object.entries(options)
    .filter(([key, { required }]) => required === true && values[key] === undefined)
    .map(([key, spec]) => flagsOf(key, { ...spec, short: '' }))
  if (missing.length > 0) throw new UsageError(`missing ${missing.join(', ')}`)
}
