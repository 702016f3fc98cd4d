import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'
import { differencesView } from './view.ts'

export const contractDiff = defineCommand({
  name: 'workflow contract diff',
  summary: 'Compare two revisions of a contract',
  details: 'Shows what has changed in the text, and in what the contract refers to.',
  options: {
    name: { type: 'string', required: true, help: 'name of the contract' },
    from: { type: 'integer', help: 'older revision (default: the one before)' },
    to: { type: 'integer', default: 0, help: 'newer revision; 0 is the latest' },
  },
  examples: ['chainloop workflow contract diff --name release --from 1 --to 2'],

  async run(session, { name, from, to }) {
    const client = await session.client()
    const { toContractDetails } = await import('@chainloop/sdk/model/contract')
    const { differences } = await import('./differences.ts')
    const describe = async (revision: number) => {
      const { result } = await client.contracts.describe({ name, revision })
      const details = toContractDetails(result?.contract, result?.revision)
      return { ...details, label: `${name}@${details.revision}` }
    }
    const after = await describe(to)
    const before = await describe(from ?? Math.max(1, after.revision - 1))
    return {
      name,
      from: before.revision,
      to: after.revision,
      changes: await differences(before, after),
    }
  },

  view: ({ name, from, to, changes }) =>
    changes.text === '' && changes.pins.length === 0
      ? [text(`${name}@${from} and ${name}@${to} say the same`)]
      : differencesView(changes),
})
