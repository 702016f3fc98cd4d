import { defineCommand } from '../../../core/command.ts'
import { table } from '../../../core/view.ts'

export const availableList = defineCommand({
  name: 'integration available list',
  summary: 'List the plugins of this installation',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toAvailableIntegration } = await import('@chainloop/sdk/model/integration')
    const { result } = await client.integrations.listAvailable({})
    return { integrations: result.map(toAvailableIntegration) }
  },

  view: ({ integrations }) => [
    table(
      ['name', 'version', 'materials', 'description'],
      integrations.map((one) => [
        one.name,
        one.version,
        one.subscribedMaterials.join(', '),
        one.description,
      ]),
      { empty: 'no worker has announced a plugin yet' },
    ),
  ],
})
