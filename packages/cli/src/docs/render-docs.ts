import type { Command, Options, OptionSpec } from '../core/command.ts'
import { GLOBAL_OPTIONS } from '../core/global-options.ts'
import { flagsOf } from '../core/option-values.ts'
import type { Group } from '../core/program.ts'

/** The reference of the command line as Markdown, made of the values that the parser is made of. */
export function renderDocs(
  commands: readonly Command[],
  groups: Readonly<Record<string, Group>>,
): string {
  return [INTRODUCTION, ...commands.map((command) => section(command, groups))].join('\n')
}

const INTRODUCTION = `# Command line reference

Generated from the commands by \`pnpm --filter @chainloop/cli run docs\`; do not edit.

\`\`\`console
$ chainloop NOUN VERB [options]
\`\`\`

Results go to the standard output, everything else to the standard error. \`--output json\` prints the data of a
command. An error says what is wrong after \`✗\`, and after \`hint:\` what to do about it.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | refused or failed |
| 2 | the command line is wrong |
| 4 | the attestation is stored, but a policy that is a gate does not hold |
| 70 | a defect of the program |

## Settings

A flag wins over the environment, the environment over the config file (TOML, \`chainloop config save\`). There is no
address by default: source the \`operator.env\` of a server, or save the addresses once.

${optionTable(GLOBAL_OPTIONS)}

| variable | meaning |
|---|---|
| \`CHAINLOOP_CONTROL_PLANE_API\`, \`CHAINLOOP_CONTROL_PLANE_API_CA\` | control plane and its certificate authority |
| \`CHAINLOOP_ARTIFACT_CAS_API\`, \`CHAINLOOP_ARTIFACT_CAS_API_CA\` | artifact CAS and its certificate authority |
| \`CHAINLOOP_API_INSECURE\` | \`true\`: cleartext connections |
| \`CHAINLOOP_TOKEN\` | API token |
| \`CHAINLOOP_ORGANIZATION\` | organization, when it is not the token's own |
| \`CHAINLOOP_REGISTRY_SERVER\`, \`_USERNAME\`, \`_PASSWORD\` | login for an image registry; else docker's |
| \`CHAINLOOP_RETRY_TIMEOUT\` | seconds for which unanswered calls are repeated (60 while crafting, else 5) |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | traces are sent there; \`TRACEPARENT\` is the parent |
| \`NO_COLOR\`, \`FORCE_COLOR\` | colours |
`

function section(command: Command, groups: Readonly<Record<string, Group>>): string {
  const { name, summary, details, options, examples } = command
  const aliases = aliasesOf(name, groups)
  const parts = [
    `## chainloop ${name}\n`,
    `${summary}.${details === undefined ? '' : ` ${details}`}\n`,
    aliases.length === 0 ? undefined : `Also: ${aliases.map((one) => `\`${one}\``).join(', ')}\n`,
    Object.keys(options).length === 0 ? undefined : `${optionTable(options)}\n`,
    examples && `\`\`\`console\n${examples.map((one) => `$ ${one}`).join('\n')}\n\`\`\`\n`,
  ]
  return parts.filter((part) => part !== undefined).join('\n')
}

function aliasesOf(name: string, groups: Readonly<Record<string, Group>>): readonly string[] {
  const words = name.split(' ')
  return words.slice(0, -1).flatMap((_, depth) => {
    const aliases = groups[words.slice(0, depth + 1).join(' ')]?.aliases ?? []
    return aliases.map((alias) => ['chainloop', ...words.with(depth, alias)].join(' '))
  })
}

function optionTable(options: Options): string {
  const rows = Object.entries(options).map(
    ([key, spec]) => `| \`${escape(flagsOf(key, spec))}\` | ${escape(meaning(spec))} |`,
  )
  return ['| option | meaning |', '|---|---|', ...rows].join('\n')
}

function meaning({ help, required, choices, default: preset, env, type }: OptionSpec): string {
  const notes = [
    required === true ? '**required**' : undefined,
    choices && `one of ${choices.map((one) => `\`${one}\``).join(', ')}`,
    preset === undefined ? undefined : `default \`${preset}\``,
    env && `env \`${env}\``,
    type === 'list' || type === 'pairs' ? 'repeatable' : undefined,
  ].filter((note) => note !== undefined)
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}
