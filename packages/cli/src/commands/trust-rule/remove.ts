import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const trustRuleRemove = defineCommand({
  name: 'organization trust-rule remove',
  summary: 'Trust no further jobs, and end the run tokens of those that were let in',
  options: {
    name: { type: 'string', required: true, help: 'name of the rule' },
  },

  async run(session, { name }) {
    await confirm(session, `Remove the trust rule ${name}?`)
    const client = await session.client()
    await client.trustRules.remove({ name })
    return { removed: name }
  },

  view: ({ removed }) => [text(`removed ${removed}`)],
})
