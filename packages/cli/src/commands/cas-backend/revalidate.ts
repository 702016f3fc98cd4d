import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'

export const casBackendRevalidate = defineCommand({
  name: 'cas-backend revalidate',
  summary: 'Have the stored credentials tried again',
  options: {
    name: { type: 'string', required: true, help: 'name of the backend' },
  },

  async run(session, { name }) {
    const client = await session.client()
    await client.casBackends.revalidate({ name })
    return { revalidating: name }
  },

  view: ({ revalidating }) => [
    text(`${revalidating} is tried now; \`cas-backend describe\` shows what came of it`),
  ],
})
