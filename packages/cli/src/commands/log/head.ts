import { writeFile } from 'node:fs/promises'

import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { record, text } from '../../core/view.ts'

export const logHead = defineCommand({
  name: 'log head',
  summary: 'Show the signed head of the transparency log',
  details:
    'Whoever keeps it elsewhere can prove later that nothing before it was changed, removed or cut off: `log verify --head`, `log monitor --head`.',
  options: {
    file: { type: 'string', placeholder: 'path', help: 'keep it in this file' },
  },
  examples: ['chainloop log head --file log-head.json'],

  async run(session, { file }) {
    const client = await session.client()
    const { currentLogHead } = await import('@chainloop/sdk/transparency/log-head')
    const { sizeOf } = await import('@chainloop/sdk/audit/audit-head')
    const head = await currentLogHead(client)
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
