import { defineCommand } from '../../core/command.ts'
import { workflowRecord } from './view.ts'

export const workflowUpdate = defineCommand({
  name: 'workflow update',
  summary: 'Change a workflow',
  options: {
    name: { type: 'string', required: true, help: 'name of the workflow' },
    project: { type: 'string', required: true, help: 'project that owns it' },
    team: { type: 'string', help: 'who is responsible' },
    description: { type: 'string', help: 'what it is for' },
    contract: { type: 'string', placeholder: 'name', help: 'another stored contract' },
    allowJobContractUpdate: {
      type: 'boolean',
      negatable: true,
      help: 'let jobs send a new revision of the contract',
    },
    allowOldContractRevisions: {
      type: 'boolean',
      negatable: true,
      help: 'let jobs choose an older revision of the contract',
    },
  },

  async run(session, { name, project, contract, ...changes }) {
    const client = await session.client()
    const { toWorkflow } = await import('@chainloop/sdk/model/workflow')
    const given = Object.entries({ ...changes, contractName: contract })
    const { result } = await client.workflows.update({
      name,
      projectName: project,
      ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    })
    return toWorkflow(result)
  },

  view: (workflow) => [workflowRecord(workflow)],
})
