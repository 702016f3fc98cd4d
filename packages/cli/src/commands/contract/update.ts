import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { contractRecord } from './view.ts'
import { allowOutsideFiles, rawContract } from './with-files.ts'

export const contractUpdate = defineCommand({
  name: 'workflow contract update',
  summary: 'Store a new revision of a contract',
  details:
    'A revision is made only when the bytes, or what they refer to, differ from the latest one.',
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
    allowOutsideFiles,
  },

  async run(session, { name = '', contract, description, allowOutsideFiles: allow }) {
    if (contract === undefined && description === undefined) {
      throw new UsageError('nothing to change', 'give --contract or --description')
    }
    const client = await session.client()
    const { toContractDetails } = await import('@chainloop/sdk/model/contract')
    const { result } = await client.contracts.update({
      name,
      ...(contract !== undefined && (await rawContract(contract, session, allow))),
      ...(description !== undefined && { description }),
    })
    return toContractDetails(result?.contract, result?.revision)
  },

  view: (contract) => [contractRecord(contract)],
})
