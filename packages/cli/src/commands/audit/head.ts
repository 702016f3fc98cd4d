import { writeFile } from 'node:fs/promises'

import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { record, text } from '../../core/view.ts'

export const auditHead = defineCommand({
  name: 'audit head',
  summary: 'Show the signed head of the log',
  details:
    'Whoever keeps it elsewhere can prove later that no entry before it was changed, removed or cut off: `audit verify --head`.',
  options: {
    file: { type: 'string', placeholder: 'path', help: 'keep it in this file' },
  },
  examples: ['chainloop audit head --file head-2026-11.json'],

  async run(session, { file }) {
    const client = await session.client()
    const { currentHead, sizeOf } = await import('@chainloop/sdk/audit/audit-head')
    const head = await currentHead(client)
    if (head === undefined) throw new Refused('the log has no entries yet')
    if (file !== undefined) await writeFile(file, `${JSON.stringify(head, null, 2)}\n`)
    return { ...head, size: sizeOf(head), file: file ?? '' }
  },

  view: ({ size, verifierKey, checkpoint, file }) => [
    record([
      ['entries', size],
      ['verifier key', verifierKey],
      ['file', file],
    ]),
    text('', checkpoint.trimEnd()),
  ],
})
