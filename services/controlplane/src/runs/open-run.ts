import { conflict, forbidden, notFound } from '@chainloop/kit/errors'

import type { Actor, Scope } from '../auth/actor.ts'
import type { Right } from '../auth/right.ts'
import type { Db } from '../db/db.ts'
import * as runs from './run-repo.ts'
import type { Run } from './run.ts'

/** A run that this actor may use; what it may not see is not there. */
export async function getRun(
  db: Db,
  actor: Actor,
  { runId, right }: { readonly runId: string; readonly right: Right },
): Promise<Run> {
  const run = await runs.find(db, { organizationId: actor.organizationId, id: runId })
  if (!run || !actor.can(right, scopeOf(run))) {
    throw notFound('run', runId)
  }
  if (run.identity && ACCOUNTS.has(actor.kind) && WORK.has(right)) {
    throw forbidden(`run ${runId} belongs to the job that proved its identity`, {
      reason: 'RUN_OF_VERIFIED_JOB',
      hint: 'use the run token that Init gave to the job',
    })
  }
  return run
}

function scopeOf({ id, project, workflow }: Run): Scope {
  return { projectId: project.id, workflowId: workflow.id, runId: id }
}

/** What may join the runs of others. */
const ACCOUNTS: ReadonlySet<Actor['kind']> = new Set(['api_token', 'user'])

/** What changes a run: an account that joined in could put its own things under a verified identity. */
const WORK: ReadonlySet<Right> = new Set(['run:attest', 'run:continue', 'run:store'])

/** The same, and it is not closed. */
export async function getOpenRun(
  db: Db,
  actor: Actor,
  wanted: { readonly runId: string; readonly right: Right },
): Promise<Run> {
  const run = await getRun(db, actor, wanted)
  assertOpen(run)
  return run
}

export function assertOpen({ id, state }: Pick<Run, 'id' | 'state'>): void {
  if (state === 'initialized') return
  throw conflict(`run ${id} is closed: ${CLOSED_WORDS[state]}`, {
    reason: 'RUN_CLOSED',
    metadata: { state },
  })
}

const CLOSED_WORDS = {
  success: 'it has its attestation',
  error: 'it failed',
  expired: 'it expired',
  canceled: 'it was cancelled',
} satisfies Record<Exclude<Run['state'], 'initialized'>, string>
