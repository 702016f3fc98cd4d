import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const contractDelete = defineCommand({
  name: 'workflow contract delete',
  summary: 'Delete a contract that no workflow uses',
  options: {
    name: { type: 'string', required: true, help: 'name of the contract' },
  },

  async run(session, { name }) {
    await confirm(session, `Delete the contract ${name}?`)
    const client = await session.client()
    await client.contracts.delete({ name })
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`deleted ${deleted}`)],
})
