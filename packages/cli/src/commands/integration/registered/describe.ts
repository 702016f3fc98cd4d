import { defineCommand } from '../../../core/command.ts'
import { registrationRecord } from '../view.ts'

export const registeredDescribe = defineCommand({
  name: 'integration registered describe',
  summary: 'Show one registration',
  options: {
    name: { type: 'string', required: true, help: 'name of the registration' },
  },

  async run(session, { name }) {
    const client = await session.client()
    const { toRegisteredIntegration } = await import('@chainloop/sdk/model/integration')
    const { result } = await client.integrations.describeRegistration({ name })
    return toRegisteredIntegration(result)
  },

  view: (one) => [registrationRecord(one)],
})
