import type { Hash } from '@chainloop/attestation/merkle/hashing'
import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import type * as logs from '../evidence-logs/log-repo.ts'
import { proveInclusion } from '../evidence-logs/prove.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import * as entries from './entry-repo.ts'
import type { PlacedEntry, WorkflowEvents } from './entry-repo.ts'
import { existingLog, getLogHead, headIn } from './organization-log.ts'
import type { LogDeps, LogHead } from './organization-log.ts'

export interface RunEventsWish {
  readonly projectName: string
  readonly workflowName: string
  /** Empty: from the beginning. */
  readonly fromVersion: string
  /** Empty: until now. */
  readonly toVersion: string
}

export interface ProvenEntry {
  readonly entry: PlacedEntry
  readonly proof: readonly Hash[]
}

export interface ProvenEvents {
  readonly head: LogHead
  /** In the order of their numbers, each proven by that head. */
  readonly pages: AsyncIterable<readonly ProvenEntry[]>
}

const PAGE = 100

/** What happened to the runs of a workflow from the first event of one version to the last event of another. */
export async function listRunEvents(
  { db, signing }: LogDeps,
  actor: Actor,
  { projectName, workflowName: name, ...versions }: RunEventsWish,
): Promise<ProvenEvents> {
  const workflow = await getWorkflow(db, actor, { right: 'run:read', projectName, name })
  const of = { organizationId: actor.organizationId, workflowId: workflow.id }
  const range = await rangeOf(db, of, versions)
  const head = await getLogHead({ db, signing }, actor)
  const { size } = headIn(head.checkpoint, signing.log)
  const log = await existingLog(db, actor.organizationId)
  return { head, pages: pagesOf({ db, log, size }, of, range) }
}

interface Range {
  readonly from: number
  readonly to: number
}

async function rangeOf(
  db: Db,
  of: WorkflowEvents,
  { fromVersion, toVersion }: Pick<RunEventsWish, 'fromVersion' | 'toVersion'>,
): Promise<Range> {
  const at = async (version: string) => {
    const found = await entries.sequencesOf(db, of, version)
    if (!found) throw notFound('event', `of version ${version} in the log`)
    return found
  }
  return {
    from: fromVersion === '' ? 1 : (await at(fromVersion)).first,
    to: toVersion === '' ? Number.MAX_SAFE_INTEGER : (await at(toVersion)).last,
  }
}

async function* pagesOf(
  { db, log, size }: { readonly db: Db; readonly log: logs.Log; readonly size: number },
  of: WorkflowEvents,
  { from, to }: Range,
): AsyncGenerator<readonly ProvenEntry[]> {
  for (let next = from; next <= to;) {
    const page = await entries.listEvents(db, of, { from: next, to, limit: PAGE })
    const proven = page.filter(({ position }) => position < size)
    const proofs: ProvenEntry[] = []
    for (const { position, body } of proven) {
      const proof = await proveInclusion(db, log, { index: position, size })
      proofs.push({ entry: { position, body }, proof })
    }
    if (proofs.length > 0) yield proofs
    if (proven.length < PAGE) return
    next = (page.at(-1)?.sequence ?? to) + 1
  }
}
