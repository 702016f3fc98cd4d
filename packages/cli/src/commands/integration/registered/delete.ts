import { defineCommand } from '../../../core/command.ts'
import { confirm } from '../../../core/confirm.ts'
import { text } from '../../../core/view.ts'

export const registeredDelete = defineCommand({
  name: 'integration registered delete',
  summary: 'Remove a registration and its attachments',
  options: {
    name: { type: 'string', required: true, help: 'name of the registration' },
  },

  async run(session, { name }) {
    await confirm(session, `Remove the registration ${name}?`)
    const client = await session.client()
    await client.integrations.deregister({ name })
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`removed ${deleted}`)],
})
