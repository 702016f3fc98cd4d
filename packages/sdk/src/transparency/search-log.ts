import { type NumberedRunEvent, readRunEvent } from '@chainloop/attestation/transparency/run-event'

import type { LoggedEntry } from '../audit/audit-lines.ts'
import { ChangedHistory, verifyAuditLog } from '../audit/verify-audit-log.ts'
import type { Client } from '../client.ts'
import { currentLogHead } from './log-head.ts'
import { readLog } from './read-log.ts'
import type { ReportWish } from './run-report.ts'

/**
 * The events that a report is about, found by reading everything up to the newest head, and the kept one: nothing can be
 * left out. In memory: the events of the workflow. Throws `ChangedHistory`, `InvalidCheckpoint`.
 */
export async function searchLog(
  client: Pick<Client, 'log'>,
  wish: ReportWish,
): Promise<{ readonly size: number; readonly events: readonly NumberedRunEvent[] }> {
  const head = await currentLogHead(client)
  if (head === undefined) throw new ChangedHistory('the log has no entries')
  const all: NumberedRunEvent[] = []
  const heads = wish.kept === undefined ? [head] : [head, wish.kept]
  const { entries } = await verifyAuditLog(collecting(readLog(client), wish, all), heads)
  return { size: entries, events: between(all, wish) }
}

async function* collecting(
  entries: AsyncIterable<LoggedEntry>,
  { projectName, workflowName }: ReportWish,
  found: NumberedRunEvent[],
): AsyncGenerator<LoggedEntry> {
  for await (const entry of entries) {
    const event = readRunEvent(entry.content)
    if (event?.project.name === projectName && event.workflow.name === workflowName) {
      found.push(event)
    }
    yield entry
  }
}

function between(
  events: readonly NumberedRunEvent[],
  { fromVersion, toVersion }: ReportWish,
): readonly NumberedRunEvent[] {
  const first =
    fromVersion === undefined ? 0 : events.findIndex(({ version }) => version === fromVersion)
  const last =
    toVersion === undefined
      ? events.length - 1
      : events.findLastIndex(({ version }) => version === toVersion)
  if (first >= 0 && last >= 0) return events.slice(first, last + 1)
  const missing = first < 0 ? fromVersion : toVersion
  throw new ChangedHistory(`the log has no event of version ${missing ?? ''}`)
}
