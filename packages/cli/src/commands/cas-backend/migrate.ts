import { defineCommand } from '../../core/command.ts'
import { followTask, problemOf } from '../cas/follow-task.ts'
import { taskView } from '../cas/view.ts'

export const casBackendMigrate = defineCommand({
  name: 'cas-backend migrate',
  summary: 'Copy every artifact of a backend to another one, verified',
  details:
    'Runs and downloads go on meanwhile. The work is done by the server and outlives this command; `cas task describe` shows how far it is. Run it again to copy what has come since.',
  options: {
    from: { type: 'string', required: true, placeholder: 'name', help: 'backend to copy from' },
    to: { type: 'string', required: true, placeholder: 'name', help: 'backend to copy to' },
    detach: { type: 'boolean', help: 'do not wait for the end' },
  },
  examples: ['chainloop cas-backend migrate --from filesystem --to s3'],

  async run(session, { from, to, detach = false }) {
    const client = await session.client()
    const { task } = await client.storage.startMigration({ from, to })
    return followTask(session, task, { detach })
  },

  view: taskView,
  exit: problemOf,
})
