import { defineCommand } from '../../core/command.ts'
import { Refused, UsageError } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'
import { record } from '../../core/view.ts'

export const auditVerify = defineCommand({
  name: 'audit verify',
  summary: 'Prove that no entry of the log was changed, removed or cut off',
  details:
    'Fetches every entry, recomputes the Merkle tree here and compares it with the signed head of the server and with heads that were kept. Only a head kept elsewhere, with its key, shows what the server itself may have rewritten.',
  options: {
    head: {
      type: 'list',
      placeholder: 'path',
      help: 'a head that `audit head --file` kept; may be repeated',
    },
    export: {
      type: 'string',
      placeholder: 'path',
      help: 'verify this file of `audit export` instead, without a server',
    },
  },
  examples: [
    'chainloop audit verify --head head-2026-11.json',
    'chainloop audit verify --export audit.jsonl --head head-2026-11.json',
  ],

  async run(session, { head: paths, export: file }) {
    const { readHead } = await import('@chainloop/sdk/audit/audit-head')
    const kept = await Promise.all(paths.map(readHead))
    const { entries, newest } = await source(session, file)
    const heads = newest === undefined ? kept : [...kept, newest]
    if (heads.length === 0) {
      throw new UsageError(
        'there is no head to compare with',
        'give --head FILE; `chainloop audit head --file FILE` keeps one',
      )
    }
    const { ChangedHistory, verifyAuditLog } = await import('@chainloop/sdk/audit/verify-audit-log')
    try {
      return { verified: true, ...(await verifyAuditLog(entries, heads)) }
    } catch (cause) {
      if (!(cause instanceof ChangedHistory)) throw cause
      throw new Refused(
        `the audit log was changed: ${cause.message}`,
        'keep the heads and an export of what is there now, and ask the operator of the server',
      )
    }
  },

  view: ({ entries, heads }) => [
    record([
      ['verified', true],
      ['entries', entries],
      ['heads of', heads.join(', ')],
    ]),
  ],
})

async function source(session: Session, file: string | undefined) {
  const { readAuditExport, readAuditLog } = await import('@chainloop/sdk/audit/audit-lines')
  if (file !== undefined) return { entries: readAuditExport(file), newest: undefined }
  const client = await session.client()
  const { currentHead } = await import('@chainloop/sdk/audit/audit-head')
  return { newest: await currentHead(client), entries: readAuditLog(client) }
}
