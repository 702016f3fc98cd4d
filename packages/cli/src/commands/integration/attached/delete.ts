import { defineCommand } from '../../../core/command.ts'
import { confirm } from '../../../core/confirm.ts'
import { text } from '../../../core/view.ts'

export const attachedDelete = defineCommand({
  name: 'integration attached delete',
  summary: 'Stop delivering',
  options: {
    id: { type: 'string', required: true, help: 'id of the attachment' },
  },

  async run(session, { id }) {
    await confirm(session, `Detach ${id}?`)
    const client = await session.client()
    await client.integrations.detach({ id })
    return { deleted: id }
  },

  view: ({ deleted }) => [text(`detached ${deleted}`)],
})
