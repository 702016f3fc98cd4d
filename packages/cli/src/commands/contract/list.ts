import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const contractList = defineCommand({
  name: 'workflow contract list',
  summary: 'List contracts',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toContract } = await import('@chainloop/sdk/model/contract')
    const { result } = await client.contracts.list({})
    return { contracts: result.map(toContract) }
  },

  view: ({ contracts }) => [
    table(
      ['name', 'revision', 'workflows', 'description', 'created'],
      contracts.map((one) => [
        one.name,
        one.latestRevision,
        one.workflows.join('\n'),
        one.description,
        one.createdAt,
      ]),
      { empty: 'there are no contracts yet' },
    ),
  ],
})
