import type { LoggedEntry } from '@chainloop/sdk/audit/audit-lines'
import type { Client } from '@chainloop/sdk/client'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { record } from '../../core/view.ts'

export const auditExport = defineCommand({
  name: 'audit export',
  summary: 'Write the whole log to a file',
  details:
    'As JSON lines, every entry byte for byte as the log has hashed it: `audit verify --export` needs no server. Or as OpenTelemetry logs (OTLP/JSON lines) for a collector.',
  options: {
    file: {
      type: 'string',
      placeholder: 'path',
      required: true,
      help: 'the file to write, replaced if it is there; - is the standard output',
    },
    from: { type: 'integer', default: 0, help: 'the first place to export' },
    format: { type: 'string', choices: ['jsonl', 'otlp'], default: 'jsonl', help: 'of the lines' },
  },
  examples: [
    'chainloop audit export --file audit.jsonl',
    'chainloop audit export --format otlp --file audit.otlp.jsonl',
  ],

  async run(session, { file, from, format }) {
    if (file === '-' && session.flags.output === 'json') {
      throw new UsageError('--file - and --output json would mix on the standard output')
    }
    const client = await session.client()
    const { readAuditLog } = await import('@chainloop/sdk/audit/audit-lines')
    const { exportAuditLog } = await import('@chainloop/sdk/audit/export-audit-log')
    const entries = await exportAuditLog(readAuditLog(client, { from }), {
      line: await lineFormat(client, format),
      to: file === '-' ? process.stdout : file,
    })
    return { file, format, from, entries }
  },

  view: ({ file, entries }) =>
    file === '-'
      ? []
      : [
          record([
            ['file', file],
            ['entries', entries],
          ]),
        ],
})

async function lineFormat(client: Client, format: string): Promise<(entry: LoggedEntry) => string> {
  if (format === 'jsonl') return (await import('@chainloop/sdk/audit/audit-lines')).formatAuditLine
  const { toAuditEntry } = await import('@chainloop/sdk/audit/audit-entry')
  const { toOtlpLine } = await import('@chainloop/sdk/audit/otlp')
  const { result } = await client.context.current({})
  const organization = result?.currentMembership?.org?.name ?? ''
  return ({ position, content }) =>
    toOtlpLine(toAuditEntry({ position: BigInt(position), content }), organization)
}
