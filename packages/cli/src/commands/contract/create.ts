import { defineCommand } from '../../core/command.ts'
import { contractRecord } from './view.ts'

export const contractCreate = defineCommand({
  name: 'workflow contract create',
  summary: 'Create a contract',
  details: 'The name comes from the document; --name is for documents that have none.',
  options: {
    contract: {
      type: 'string',
      short: 'f',
      placeholder: 'file|url',
      help: 'the document; without it the contract asks for nothing',
      aliases: ['file'],
    },
    name: { type: 'string', help: 'name of the contract' },
    description: { type: 'string', help: 'what it is for' },
    project: { type: 'string', help: 'only workflows of this project may use it' },
  },
  examples: ['chainloop workflow contract create --contract contract.yaml'],

  async run(session, { contract, name = '', description, project }) {
    const client = await session.client()
    const { toContract } = await import('@chainloop/sdk/model/contract')
    const { readDocument } = await import('@chainloop/sdk/values/load-value')
    const { result } = await client.contracts.create({
      name,
      ...(contract !== undefined && { rawContract: await readDocument(contract, session.io.env) }),
      ...(description !== undefined && { description }),
      ...(project !== undefined && { projectReference: { name: project } }),
    })
    return toContract(result)
  },

  view: (contract) => [contractRecord(contract)],
})
