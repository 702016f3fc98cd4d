import { defineCommand } from '../../core/command.ts'
import { describeTask } from './follow-task.ts'
import { taskView } from './view.ts'

export const casTaskDescribe = defineCommand({
  name: 'cas task describe',
  summary: 'Show how far a task is, and the problems it found',
  options: {
    id: { type: 'string', required: true, help: 'id of the task' },
  },
  run: (session, { id }) => describeTask(session, id),
  view: taskView,
})
