import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const casBackendDelete = defineCommand({
  name: 'cas-backend delete',
  summary: 'Store nothing more in a place',
  details:
    'The bytes stay where they are, and runs that are open go on with them; but what is stored only there cannot be downloaded any more. `cas-backend migrate` copies it elsewhere first.',
  options: {
    name: { type: 'string', required: true, help: 'name of the backend' },
  },

  async run(session, { name }) {
    await confirm(
      session,
      `Stop using ${name}? What is stored only there cannot be downloaded then`,
    )
    const client = await session.client()
    await client.casBackends.delete({ name })
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`deleted ${deleted}`)],
})
