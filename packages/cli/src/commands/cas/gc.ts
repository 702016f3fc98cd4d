import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { followTask, problemOf } from './follow-task.ts'
import { taskView } from './view.ts'

export const casGc = defineCommand({
  name: 'cas gc',
  summary: 'Remove artifacts that nothing refers to',
  details:
    'Marks what nothing has kept for the time of grace, and removes what an earlier collection marked as long ago. Never what an attestation refers to, an open run has uploaded, or a legal hold protects.',
  options: {
    backend: { type: 'string', required: true, placeholder: 'name', help: 'backend to tidy up' },
    dryRun: { type: 'boolean', help: 'only count' },
    unknown: {
      type: 'boolean',
      help: 'also what nobody is known to have uploaded; only where nobody else keeps anything',
    },
    detach: { type: 'boolean', help: 'do not wait for the end' },
  },
  examples: ['chainloop cas gc --backend s3 --dry-run'],

  async run(session, { backend, dryRun = false, unknown = false, detach = false }) {
    if (!dryRun) await confirm(session, `Remove what nothing refers to from ${backend}?`)
    const client = await session.client()
    const { task } = await client.storage.startCollection({ backendName: backend, dryRun, unknown })
    return followTask(session, task, { detach })
  },

  view: taskView,
  exit: problemOf,
})
