import { defineCommand } from '../../core/command.ts'
import { table, text } from '../../core/view.ts'
import { runnerName } from '../run/runner-name.ts'

export const workflowList = defineCommand({
  name: 'workflow list',
  summary: 'List workflows',
  options: {
    project: { type: 'list', placeholder: 'name', help: 'only of these projects' },
    page: { type: 'integer', default: 1, help: 'page, from 1' },
    limit: { type: 'integer', default: 50, help: 'workflows per page' },
    full: { type: 'boolean', help: 'all columns' },
  },

  async run(session, { project, page, limit }) {
    const client = await session.client()
    const { toWorkflow } = await import('@chainloop/sdk/model/workflow')
    const { result, pagination } = await client.workflows.list({
      projectNames: [...project],
      pagination: { page, pageSize: limit },
    })
    return {
      workflows: result.map(toWorkflow),
      page,
      pages: pagination?.totalPages ?? 1,
      total: pagination?.totalCount ?? result.length,
    }
  },

  view: ({ workflows, page, pages, total }) => [
    table(
      ['name', 'project', 'contract', 'runner', 'last run', 'runs', 'created'],
      workflows.map((one) => [
        one.name,
        one.project,
        `${one.contract} (${one.contractRevision})`,
        one.lastRun && runnerName(one.lastRun.runner),
        one.lastRun?.status,
        one.runs,
        one.createdAt,
      ]),
      { empty: 'there are no workflows yet' },
    ),
    ...(pages > 1 ? [text(`page ${page} of ${pages}, ${total} workflows`)] : []),
  ],
})
