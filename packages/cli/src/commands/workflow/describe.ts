import { defineCommand } from '../../core/command.ts'
import { workflowRecord } from './view.ts'

export const workflowDescribe = defineCommand({
  name: 'workflow describe',
  summary: 'Show a workflow',
  options: {
    name: { type: 'string', required: true, help: 'name of the workflow' },
    project: { type: 'string', required: true, help: 'project that owns it' },
  },

  async run(session, { name, project }) {
    const client = await session.client()
    const { toWorkflow } = await import('@chainloop/sdk/model/workflow')
    const { result } = await client.workflows.view({ name, projectName: project })
    return toWorkflow(result)
  },

  view: (workflow) => [workflowRecord(workflow)],
})
