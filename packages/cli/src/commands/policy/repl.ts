import { readFile } from 'node:fs/promises'

import type { PolicyRepl } from '@chainloop/sdk/policies/policy-repl'

import { defineCommand } from '../../core/command.ts'
import type { Io } from '../../core/io.ts'
import { text } from '../../core/view.ts'

const MAX_QUESTIONS_BYTES = 1024 * 1024

export const policyRepl = defineCommand({
  name: 'policy develop repl',
  summary: 'Ask a policy questions',
  details:
    'Takes expressions and bodies of Rego, in which the names of the script mean its rules; one a line. Without a terminal the questions are read from the standard input. `:input FILE` shows the script another document, `:rules` lists its rules, `:quit` ends.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
      positional: true,
    },
    input: { type: 'pairs', help: 'an input of the policy' },
    document: { type: 'string', placeholder: 'path', help: 'what the script sees, as JSON' },
  },
  examples: [
    'chainloop policy develop repl --policy fresh.yaml --document sbom.cdx.json',
    "echo 'count(violations)' | chainloop policy develop repl --policy fresh.yaml",
  ],

  async run({ io }, options) {
    const { openPolicyRepl } = await import('@chainloop/sdk/policies/policy-repl')
    const { policy, document: input, input: inputs } = options
    const repl = await openPolicyRepl({ policy, input, inputs })
    let asked = 0
    for await (const line of questions(io)) {
      const question = line.trim()
      if (question === ':quit') break
      if (question === '' || question.startsWith('#')) continue
      io.print(`${await reply(repl, question)}\n`)
      asked += 1
    }
    return { asked }
  },

  view: () => [text()],
})

async function reply(repl: PolicyRepl, question: string): Promise<string> {
  const [command, ...rest] = question.split(/\s+/)
  if (command === ':rules') return repl.rules.join('\n')
  if (command !== ':input') return repl.ask(question)
  try {
    repl.see(await readFile(rest.join(' '), 'utf8'))
    return 'seen'
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** From whoever sits there, or from a pipe. */
async function* questions(io: Io): AsyncGenerator<string> {
  let line = await io.ask('> ')
  if (line === undefined) {
    const all = Buffer.from(await io.input(MAX_QUESTIONS_BYTES)).toString()
    yield* all.split('\n')
    return
  }
  while (line !== undefined) {
    yield line
    line = await io.ask('> ')
  }
}
