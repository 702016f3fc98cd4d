import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { table } from '../../core/view.ts'
import type { Applied } from './apply-document.ts'
import { differencesView } from './view.ts'
import { allowOutsideFiles } from './with-files.ts'

export const contractApply = defineCommand({
  name: 'workflow contract apply',
  summary: 'Create or update contracts from documents',
  details:
    'A contract is found by the name in its document. The same bytes again change nothing, unless what they refer to has changed: policies, groups and scripts are looked up once and pinned, those at file:// are sent along. A YAML file may hold several documents. Ends with exit code 1 when one of them cannot be applied; the others are.',
  options: {
    contract: {
      type: 'list',
      short: 'f',
      placeholder: 'file|folder|url|-',
      help: 'document, a folder of .yaml, .yml and .json files, or - for the standard input',
      aliases: ['file'],
      positional: true,
    },
    dryRun: { type: 'boolean', help: 'check, and show what would change' },
    allowOutsideFiles,
  },
  examples: [
    'chainloop workflow contract apply -f contracts/',
    'chainloop workflow contract apply -f contract.yaml --dry-run',
  ],

  async run(session, { contract, dryRun = false, allowOutsideFiles: allow }) {
    const { contractDocuments } = await import('./documents.ts')
    const { applyDocument } = await import('./apply-document.ts')
    const documents = await contractDocuments(contract, session)
    const client = await session.client()
    const applied: Applied[] = []
    for (const document of documents) {
      applied.push(await applyDocument(client, document, { dryRun, allowOutsideFiles: allow }))
    }
    return { dryRun, applied }
  },

  view: ({ applied }) => [
    table(
      ['document', 'contract', 'status', 'revision', 'pinned', ''],
      applied.map((one) => [
        one.source,
        one.name,
        one.status,
        one.revision,
        one.pins?.length || undefined,
        one.reason,
      ]),
      { empty: 'there is no document' },
    ),
    ...applied.flatMap(({ changes }) => (changes ? differencesView(changes) : [])),
  ],

  exit: ({ applied }) => {
    const failed = applied.filter(({ status }) => status === 'failed')
    if (failed.length === 0) return undefined
    const names = failed.map(({ source }) => source).join(', ')
    return { code: EXIT.failed, error: new Refused(`not applied: ${names}`) }
  },
})
