import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'
import { progressOf } from './follow-task.ts'

export const casTaskList = defineCommand({
  name: 'cas task list',
  summary: 'List migrations, verifications and collections, the newest first',
  options: {
    limit: { type: 'integer', default: 20, help: 'how many at most' },
    next: { type: 'string', placeholder: 'cursor', help: 'go on where the last list ended' },
  },

  async run(session, { limit, next = '' }) {
    const client = await session.client()
    const { toStorageTask } = await import('@chainloop/sdk/model/storage-task')
    const { tasks, pagination } = await client.storage.listTasks({
      pagination: { cursor: next, limit },
    })
    return { tasks: tasks.map(toStorageTask), next: pagination?.nextCursor ?? '' }
  },

  view: ({ tasks }) => [
    table(
      ['task', 'kind', 'backend', 'to', 'state', 'progress', 'started'],
      tasks.map((one) => [
        one.id,
        one.kind,
        one.backend,
        one.target,
        one.state,
        progressOf(one),
        one.createdAt,
      ]),
      { empty: 'nothing has been done yet' },
    ),
  ],
})
