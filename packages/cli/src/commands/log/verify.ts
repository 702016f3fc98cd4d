import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { record } from '../../core/view.ts'
import { findingChanges } from './changed.ts'

export const logVerify = defineCommand({
  name: 'log verify',
  summary: 'Prove that no entry of the transparency log was changed, removed or cut off',
  details:
    'Fetches every entry, recomputes the Merkle tree here and compares it with the signed head of the server and with heads that were kept. Only a head kept elsewhere, with its key, shows what the server itself may have rewritten.',
  options: {
    head: {
      type: 'list',
      placeholder: 'path',
      help: 'a head that `log head --file` kept; may be repeated',
    },
  },
  examples: ['chainloop log verify --head log-head.json'],

  async run(session, { head: paths }) {
    const { readHead } = await import('@chainloop/sdk/audit/audit-head')
    const { verifyAuditLog } = await import('@chainloop/sdk/audit/verify-audit-log')
    const { currentLogHead } = await import('@chainloop/sdk/transparency/log-head')
    const { readLog } = await import('@chainloop/sdk/transparency/read-log')
    const kept = await Promise.all(paths.map(readHead))
    const client = await session.client()
    const newest = await currentLogHead(client)
    if (newest === undefined && kept.length === 0) throw new Refused('the log has no entries yet')
    const heads = newest === undefined ? kept : [...kept, newest]
    const verified = await findingChanges(() => verifyAuditLog(readLog(client), heads))
    return { verified: true, ...verified }
  },

  view: ({ entries, heads }) => [
    record([
      ['verified', true],
      ['entries', entries],
      ['heads of', heads.join(', ')],
    ]),
  ],
})
