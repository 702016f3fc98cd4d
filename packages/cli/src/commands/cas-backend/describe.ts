import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { backendRecord } from './view.ts'

export const casBackendDescribe = defineCommand({
  name: 'cas-backend describe',
  summary: 'Show one place where artifacts are stored',
  options: {
    name: { type: 'string', required: true, help: 'name of the backend' },
  },

  async run(session, { name }) {
    const client = await session.client()
    const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
    const { result } = await client.casBackends.list({})
    const found = result.find((one) => one.name === name)
    if (!found) throw new Refused(`storage backend ${name} not found`)
    return toCasBackend(found)
  },

  view: (one) => [backendRecord(one)],
})
