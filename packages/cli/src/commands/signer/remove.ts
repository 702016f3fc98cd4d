import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const signerRemove = defineCommand({
  name: 'organization signer remove',
  summary: 'Accept nothing more of a signer; what is stored stays',
  options: {
    name: { type: 'string', required: true, help: 'name of the signer' },
  },

  async run(session, { name }) {
    await confirm(session, `Remove the signer ${name}?`)
    const client = await session.client()
    await client.signers.remove({ name })
    return { removed: name }
  },

  view: ({ removed }) => [text(`removed ${removed}`)],
})
