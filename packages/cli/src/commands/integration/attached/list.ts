import { defineCommand } from '../../../core/command.ts'
import { table } from '../../../core/view.ts'

export const attachedList = defineCommand({
  name: 'integration attached list',
  summary: 'List which workflows are delivered where',
  options: {
    workflow: { type: 'string', placeholder: 'name', help: 'only of this workflow' },
    project: { type: 'string', placeholder: 'name', help: 'its project' },
  },

  async run(session, { workflow, project }) {
    const client = await session.client()
    const { toAttachedIntegration } = await import('@chainloop/sdk/model/integration')
    const { result } = await client.integrations.listAttachments({
      workflowName: workflow ?? '',
      projectName: project ?? '',
    })
    return { attachments: result.map(toAttachedIntegration) }
  },

  view: ({ attachments }) => [
    table(
      ['workflow', 'integration', 'plugin', 'created', 'id'],
      attachments.map((one) => [
        `${one.project}/${one.workflow}`,
        one.integration,
        one.plugin,
        one.createdAt,
        one.id,
      ]),
      { empty: 'nothing is attached yet' },
    ),
  ],
})
