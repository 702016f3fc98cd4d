import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'

export const casTaskCancel = defineCommand({
  name: 'cas task cancel',
  summary: 'Have a task end after what it does now',
  options: {
    id: { type: 'string', required: true, help: 'id of the task' },
  },

  async run(session, { id }) {
    const client = await session.client()
    await client.storage.cancelTask({ id })
    return { cancelling: id }
  },

  view: ({ cancelling }) => [text(`task ${cancelling} ends as soon as it can`)],
})
