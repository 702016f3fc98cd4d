import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const workflowDelete = defineCommand({
  name: 'workflow delete',
  summary: 'Delete a workflow',
  details: 'What its runs attested stays.',
  options: {
    name: { type: 'string', required: true, help: 'name of the workflow' },
    project: { type: 'string', required: true, help: 'project that owns it' },
  },

  async run(session, { name, project }) {
    await confirm(session, `Delete the workflow ${project}/${name}?`)
    const client = await session.client()
    await client.workflows.delete({ name, projectName: project })
    return { deleted: name, project }
  },

  view: ({ deleted, project }) => [text(`deleted ${project}/${deleted}`)],
})
