import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { contractRecord } from './view.ts'

export const contractUpdate = defineCommand({
  name: 'workflow contract update',
  summary: 'Store a new revision of a contract',
  details: 'A revision is made only when the bytes differ from the latest one.',
  options: {
    name: { type: 'string', help: 'name of the contract; default: the one in the document' },
    contract: {
      type: 'string',
      short: 'f',
      placeholder: 'file|url',
      help: 'the document',
      aliases: ['file'],
    },
    description: { type: 'string', help: 'what it is for' },
  },

  async run(session, { name = '', contract, description }) {
    if (contract === undefined && description === undefined) {
      throw new UsageError('nothing to change', 'give --contract or --description')
    }
    const client = await session.client()
    const { toContractDetails } = await import('@chainloop/sdk/model/contract')
    const { readDocument } = await import('@chainloop/sdk/values/load-value')
    const { result } = await client.contracts.update({
      name,
      ...(contract !== undefined && { rawContract: await readDocument(contract, session.io.env) }),
      ...(description !== undefined && { description }),
    })
    return toContractDetails(result?.contract, result?.revision)
  },

  view: (contract) => [contractRecord(contract)],
})
