import { defineCommand } from '../../core/command.ts'
import { contractRecord } from './view.ts'
import { allowOutsideFiles, rawContract } from './with-files.ts'

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
    allowOutsideFiles,
  },
  examples: ['chainloop workflow contract create --contract contract.yaml'],

  async run(session, { contract, name = '', description, project, allowOutsideFiles: allow }) {
    const client = await session.client()
    const { toContract } = await import('@chainloop/sdk/model/contract')
    const { result } = await client.contracts.create({
      name,
      ...(contract !== undefined && (await rawContract(contract, session, allow))),
      ...(description !== undefined && { description }),
      ...(project !== undefined && { projectReference: { name: project } }),
    })
    return toContract(result)
  },

  view: (contract) => [contractRecord(contract)],
})
