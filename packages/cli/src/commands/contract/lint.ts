import type { Contract } from '@chainloop/attestation/contract/contract'
import type { ContractProblem } from '@chainloop/attestation/contract/contract-problem'

import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'
import type { Document } from './documents.ts'

interface Lint {
  readonly source: string
  readonly valid: boolean
  readonly name: string
  readonly problems: readonly ContractProblem[]
  readonly warnings: readonly ContractProblem[]
}

export const contractLint = defineCommand({
  name: 'workflow contract lint',
  summary: 'Check contracts without a server',
  details: 'Shows every problem with its place. Ends with exit code 1 when a contract is invalid.',
  options: {
    contract: {
      type: 'list',
      short: 'f',
      placeholder: 'file|folder|url|-',
      help: 'document, a folder of .yaml, .yml and .json files, or - for the standard input',
      aliases: ['file'],
      positional: true,
    },
  },
  examples: ['chainloop workflow contract lint contract.yaml'],

  async run(session, { contract }) {
    const { contractDocuments } = await import('./documents.ts')
    const documents = await contractDocuments(contract, session)
    const contracts = documents.filter(({ found, kind }) => !found || OWN_KINDS.has(kind))
    return { contracts: await Promise.all(contracts.map(lint)) }
  },

  view: ({ contracts }) => {
    const rows = contracts.flatMap(({ source, problems, warnings }) => [
      ...problems.map((one) => [
        source,
        `${one.line}:${one.column}`,
        'error',
        one.path,
        one.message,
      ]),
      ...warnings.map((one) => [
        source,
        `${one.line}:${one.column}`,
        'warning',
        one.path,
        one.message,
      ]),
    ])
    return rows.length > 0
      ? [table(['document', 'line', '', 'where', 'problem'], rows, { empty: '' })]
      : contracts.map(({ source, name }) =>
          text(`${source}: valid${name === '' ? '' : `, contract ${name}`}`),
        )
  },

  exit: ({ contracts }) => {
    const invalid = contracts.filter(({ valid }) => !valid)
    if (invalid.length === 0) return undefined
    const names = invalid.map(({ source }) => source).join(', ')
    return { code: EXIT.failed, error: new Refused(`not valid: ${names}`) }
  },
})

/** In a folder there may be policies, too. */
const OWN_KINDS: ReadonlySet<string> = new Set(['', 'Contract'])

async function lint({ source, bytes, line, folder }: Document): Promise<Lint> {
  const { parseContract } = await import('@chainloop/attestation/contract/parse-contract')
  const { InvalidContract } = await import('@chainloop/attestation/contract/contract-problem')
  const { unsendable } = await import('@chainloop/sdk/contracts/referenced-files')
  try {
    const { contract, warnings } = parseContract(bytes)
    const missing = (await unsendable(bytes, { folder })).map(aboutReferences)
    return {
      source,
      valid: true,
      name: nameOf(contract),
      problems: [],
      warnings: shifted([...warnings, ...missing], line),
    }
  } catch (error) {
    if (!(error instanceof InvalidContract)) throw error
    return { source, valid: false, name: '', problems: shifted(error.problems, line), warnings: [] }
  }
}

/** Only a warning: it may be right on the machine that applies the contract. */
function aboutReferences(message: string): ContractProblem {
  return { path: '', line: 1, column: 1, message }
}

/** In the stream that it is a part of. */
function shifted(problems: readonly ContractProblem[], line: number): readonly ContractProblem[] {
  return problems.map((one) => ({ ...one, line: one.line + line - 1 }))
}

function nameOf({ metadata }: Contract): string {
  return metadata.name
}
