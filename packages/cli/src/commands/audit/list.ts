import type { AuditEntry } from '@chainloop/sdk/audit/audit-entry'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { printable } from '../../core/printable.ts'
import type { Session } from '../../core/session.ts'
import { table, text } from '../../core/view.ts'

export const auditList = defineCommand({
  name: 'audit list',
  summary: 'List what was done and refused, newest first',
  options: {
    action: {
      type: 'string',
      placeholder: 'action',
      help: 'only this, or everything of a kind: workflow.',
    },
    actor: { type: 'string', placeholder: 'id or name', help: 'only by this account' },
    targetType: { type: 'string', placeholder: 'type', help: 'only on things of this type' },
    target: { type: 'string', placeholder: 'id', help: 'only on this thing' },
    outcome: { type: 'string', choices: ['done', 'refused'], help: 'only with this outcome' },
    since: { type: 'string', placeholder: 'time', help: 'from this time on (RFC 3339)' },
    until: { type: 'string', placeholder: 'time', help: 'before this time (RFC 3339)' },
    limit: { type: 'integer', default: 50, help: 'entries per page, 100 at most' },
    next: { type: 'string', placeholder: 'cursor', help: 'continue a list' },
    follow: {
      type: 'boolean',
      help: 'print entries as they get their place in the log, until interrupted',
    },
  },
  examples: [
    'chainloop audit list --action workflow. --since 2026-11-01T00:00:00Z',
    'chainloop audit list --follow --output json',
  ],

  async run(session, options) {
    if (options.follow === true) return follow(session, options)
    const client = await session.client()
    const { auditOutcome, toAuditEntry } = await import('@chainloop/sdk/audit/audit-entry')
    const { toTimestamp } = await import('@chainloop/sdk/model/time')
    const { entries, pagination } = await client.audit.list({
      ...given({
        action: options.action,
        actor: options.actor,
        targetType: options.targetType,
        targetId: options.target,
      }),
      outcome: auditOutcome.numberOf(
        auditOutcome.names.find((name) => name === options.outcome) ?? '',
      ),
      ...(options.since === undefined
        ? {}
        : { since: toTimestamp(instant('since', options.since)) }),
      ...(options.until === undefined
        ? {}
        : { until: toTimestamp(instant('until', options.until)) }),
      pagination: { limit: options.limit, cursor: options.next ?? '' },
    })
    return { entries: entries.map(toAuditEntry), next: pagination?.nextCursor ?? '' }
  },

  view: ({ entries, next }) => [
    table(
      ['place', 'at', 'who', 'from', 'action', 'on', 'outcome'],
      entries.map((entry) => [
        entry.position,
        entry.at,
        `${entry.actor.kind} ${entry.actor.name}`,
        entry.source.address,
        entry.action,
        `${entry.target.type} ${entry.target.id}`,
        entry.outcome,
      ]),
      { empty: 'nothing like that happened' },
    ),
    ...(next === '' ? [] : [text(`more: --next ${next}`)]),
  ],
})

/** Without what was not said. */
function given(
  options: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

function instant(option: string, value: string): Date {
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) {
    throw new UsageError(`--${option} is no time: ${value}`, 'write it like 2026-11-23T08:00:00Z')
  }
  return at
}

type Filter = Readonly<
  Record<'action' | 'actor' | 'targetType' | 'target' | 'outcome', string | undefined>
>

async function follow(
  session: Session,
  filter: Filter,
): Promise<{ entries: AuditEntry[]; next: string }> {
  const client = await session.client()
  const { toAuditEntry } = await import('@chainloop/sdk/audit/audit-entry')
  const { currentHead, sizeOf } = await import('@chainloop/sdk/audit/audit-head')
  const { readAuditLog } = await import('@chainloop/sdk/audit/audit-lines')
  const head = await currentHead(client)
  const from = head === undefined ? 0 : sizeOf(head)
  for await (const { position, content } of readAuditLog(client, { from, follow: true })) {
    const entry = toAuditEntry({ position: BigInt(position), content })
    if (isWanted(entry, filter)) session.io.print(`${lineOf(entry, session.flags.output)}\n`)
  }
  return { entries: [], next: '' }
}

function isWanted({ action, actor, target, outcome }: AuditEntry, filter: Filter): boolean {
  const isAction = filter.action?.endsWith('.')
    ? action.startsWith(filter.action)
    : same(filter.action, action)
  return (
    isAction &&
    (same(filter.actor, actor.id) || filter.actor === actor.name) &&
    same(filter.targetType, target.type) &&
    same(filter.target, target.id) &&
    same(filter.outcome, outcome)
  )
}

function same(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found
}

function lineOf(entry: AuditEntry, output: string | undefined): string {
  if (output === 'json') return JSON.stringify(entry)
  const { at, actor, action, target, outcome } = entry
  return printable(
    `${at}  ${actor.kind} ${actor.name}  ${action}  ${target.type} ${target.id}  ${outcome}`,
  )
}
