import { defineCommand } from '../../core/command.ts'
import { byteCount } from '../cas-backend/byte-count.ts'
import { followTask, problemOf } from './follow-task.ts'
import { taskView } from './view.ts'

export const casVerify = defineCommand({
  name: 'cas verify',
  summary: 'Read every artifact of a backend and compare it with its digest',
  details: 'Ends with 1 when something is missing or is not what once was stored.',
  options: {
    backend: { type: 'string', required: true, placeholder: 'name', help: 'backend to read' },
    rate: {
      type: 'string',
      placeholder: 'size',
      help: 'read at most so much in a second: 20MB. Default: as fast as it goes',
    },
    detach: { type: 'boolean', help: 'do not wait for the end' },
  },
  examples: ['chainloop cas verify --backend s3 --rate 20MB'],

  async run(session, { backend, rate, detach = false }) {
    const client = await session.client()
    const { task } = await client.storage.startVerification({
      backendName: backend,
      bytesPerSecond: BigInt(rate === undefined ? 0 : byteCount('--rate', rate)),
    })
    return followTask(session, task, { detach })
  },

  view: taskView,
  exit: problemOf,
})
