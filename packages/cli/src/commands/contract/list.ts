import { defineCommand } from '../../core/command.ts'
import { table, text } from '../../core/view.ts'

export const contractList = defineCommand({
  name: 'workflow contract list',
  summary: 'List contracts',
  options: {
    page: { type: 'integer', default: 1, help: 'page, from 1' },
    limit: { type: 'integer', default: 50, help: 'contracts per page' },
  },

  async run(session, { page, limit }) {
    const client = await session.client()
    const { toContract } = await import('@chainloop/sdk/model/contract')
    const { result, pagination } = await client.contracts.list({
      pagination: { page, pageSize: limit },
    })
    return {
      contracts: result.map(toContract),
      page,
      pages: pagination?.totalPages ?? 1,
      total: pagination?.totalCount ?? result.length,
    }
  },

  view: ({ contracts, page, pages, total }) => [
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
    ...(pages > 1 ? [text(`page ${page} of ${pages}, ${total} contracts`)] : []),
  ],
})
