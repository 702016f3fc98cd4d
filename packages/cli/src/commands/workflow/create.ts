import { defineCommand } from '../../core/command.ts'
import { contractSource } from '../contract/contract-source.ts'
import { workflowRecord } from './view.ts'

export const workflowCreate = defineCommand({
  name: 'workflow create',
  summary: 'Create a workflow',
  details:
    'The project is created with its first workflow. Without a contract, an empty one is created.',
  options: {
    name: { type: 'string', required: true, help: 'name of the workflow' },
    project: { type: 'string', required: true, help: 'project that owns it' },
    contract: {
      type: 'string',
      placeholder: 'name|file|url',
      help: 'an existing contract by name, or a document that becomes a new one',
    },
    team: { type: 'string', help: 'who is responsible' },
    description: { type: 'string', help: 'what it is for' },
    skipIfExists: { type: 'boolean', short: 'f', help: 'succeed when it exists already' },
  },
  examples: ['chainloop workflow create --project web --name build --contract contract.yaml'],

  async run(session, options) {
    const client = await session.client()
    const { toWorkflow } = await import('@chainloop/sdk/model/workflow')
    const { name, project } = options
    try {
      const { result } = await client.workflows.create({
        name,
        projectName: project,
        team: options.team ?? '',
        description: options.description ?? '',
        ...(await contractSource(options.contract, session)),
      })
      return toWorkflow(result)
    } catch (error) {
      if (options.skipIfExists !== true || !isAlreadyExists(error)) throw error
      const { result } = await client.workflows.view({ name, projectName: project })
      return toWorkflow(result)
    }
  },

  view: (workflow) => [workflowRecord(workflow)],
})

function isAlreadyExists(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === ALREADY_EXISTS
}

/** gRPC status code. */
const ALREADY_EXISTS = 6
