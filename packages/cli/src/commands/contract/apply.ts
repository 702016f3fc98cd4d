import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const contractApply = defineCommand({
  name: 'workflow contract apply',
  summary: 'Create or update contracts from documents',
  details: 'A contract is found by the name in its document. The same bytes again change nothing.',
  options: {
    contract: {
      type: 'list',
      short: 'f',
      placeholder: 'file|folder|url',
      help: 'document, or a folder of .yaml, .yml and .json files',
      aliases: ['file'],
      positional: true,
    },
    dryRun: { type: 'boolean', help: 'check, and say what would change' },
  },
  examples: ['chainloop workflow contract apply -f contracts/'],

  async run(session, { contract, dryRun = false }) {
    const client = await session.client()
    const { contractDocuments } = await import('./documents.ts')
    const { toContract } = await import('@chainloop/sdk/model/contract')
    const applied = []
    for (const { source, bytes } of await contractDocuments(contract, session)) {
      const answer = await client.contracts.apply({ rawSchema: bytes, dryRun })
      applied.push({
        source,
        name: answer.result === undefined ? '' : toContract(answer.result).name,
        status: STATUSES[answer.status] ?? 'unknown',
        revision: answer.currentRevision,
      })
    }
    return { dryRun, applied }
  },

  view: ({ applied }) => [
    table(
      ['document', 'contract', 'status', 'revision'],
      applied.map((one) => [one.source, one.name, one.status, one.revision]),
      { empty: 'there is no document' },
    ),
  ],
})

const STATUSES: Readonly<Record<number, string>> = { 1: 'created', 2: 'updated', 3: 'unchanged' }
