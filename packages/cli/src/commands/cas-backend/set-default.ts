import { defineCommand } from '../../core/command.ts'
import { confirmDefault } from './confirm-default.ts'
import { backendRecord } from './view.ts'

export const casBackendSetDefault = defineCommand({
  name: 'cas-backend set-default',
  summary: 'Have new runs keep their artifacts in another place',
  options: {
    name: { type: 'string', required: true, help: 'name of the backend' },
  },

  async run(session, { name }) {
    await confirmDefault(session, name)
    const client = await session.client()
    const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
    const { result } = await client.casBackends.update({ name, default: true })
    return toCasBackend(result)
  },

  view: (one) => [backendRecord(one)],
})
