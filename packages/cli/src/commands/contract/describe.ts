import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'
import { contractRecord, pinsTable } from './view.ts'

export const contractDescribe = defineCommand({
  name: 'workflow contract describe',
  summary: 'Show a contract, its text and what that refers to',
  options: {
    name: { type: 'string', required: true, help: 'name of the contract' },
    revision: { type: 'integer', default: 0, help: 'revision; 0 is the latest' },
    raw: { type: 'boolean', help: 'only the text, byte for byte' },
  },

  async run(session, { name, revision }) {
    const client = await session.client()
    const { toContractDetails } = await import('@chainloop/sdk/model/contract')
    const { result } = await client.contracts.describe({ name, revision })
    return toContractDetails(result?.contract, result?.revision)
  },

  view: (contract, { raw }) =>
    raw === true
      ? [text(contract.body.replace(/\n$/, ''))]
      : [
          contractRecord(contract, contract.revision),
          pinsTable(contract.pins),
          text(contract.body.trimEnd()),
        ],
})
