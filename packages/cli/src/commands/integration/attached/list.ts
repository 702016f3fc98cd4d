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
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toAttachedIntegration } = await import('@chainloop/sdk/model/integration')
    const names = { workflowName: workflow ?? '', projectName: project ?? '' }
    const result = await allPages(
      (pagination) => client.integrations.listAttachments({ ...names, pagination }),
      (page) => page.result,
    )
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
