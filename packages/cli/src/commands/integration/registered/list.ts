import { defineCommand } from '../../../core/command.ts'
import { table } from '../../../core/view.ts'
import { configText } from '../view.ts'

export const registeredList = defineCommand({
  name: 'integration registered list',
  summary: 'List what is set up',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toRegisteredIntegration } = await import('@chainloop/sdk/model/integration')
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const result = await allPages(
      (pagination) => client.integrations.listRegistrations({ pagination }),
      (page) => page.result,
    )
    return { integrations: result.map(toRegisteredIntegration) }
  },

  view: ({ integrations }) => [
    table(
      ['name', 'plugin', 'configuration', 'description', 'created'],
      integrations.map((one) => [
        one.name,
        one.plugin,
        configText(one.config),
        one.description,
        one.createdAt,
      ]),
      { empty: 'nothing is set up yet' },
    ),
  ],
})
