import { forbidden, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { assertOpen, getOpenRun } from './open-run.ts'
import * as runs from './run-repo.ts'
import { grantorOf, issueRunToken } from './run-token.ts'
import type { RunToken } from './run-token.ts'

type Deps = Pick<Context, 'db' | 'tokens'>

/** A fresh token for the run of the presented one, as long as it is open. */
export async function renewRunToken(deps: Deps, actor: Actor): Promise<RunToken> {
  if (actor.runId === undefined) {
    throw forbidden('only a run token can be renewed', {
      reason: 'RUN_TOKEN_REQUIRED',
      hint: 'join the run with the account token and the run id',
    })
  }
  return tokenFor(deps, actor, { runId: actor.runId, right: 'run:continue' })
}

/** A token for a further job of the same pipeline, for an account that may attest on the run's project. */
export async function joinRun(
  { db, tokens }: Deps,
  actor: Actor,
  runId: string,
): Promise<RunToken> {
  return inTransaction(db, async (tx) => {
    const token = await tokenFor({ db: tx, tokens }, actor, { runId, right: 'run:attest' })
    await audit.record(tx, {
      organizationId: actor.organizationId,
      actor,
      action: 'run.joined',
      targetType: 'run',
      targetId: runId,
    })
    return token
  })
}

/** For who opened a run and has lost the answer. */
export async function tokenAgain(
  { db, tokens }: Deps,
  { organizationId }: Pick<Actor, 'organizationId'>,
  id: string,
): Promise<RunToken> {
  const run = await runs.find(db, { organizationId, id })
  if (!run) throw notFound('run', id)
  assertOpen(run)
  return issueRunToken(tokens, run, run.createdBy)
}

async function tokenFor(
  { db, tokens }: Deps,
  actor: Actor,
  wanted: { readonly runId: string; readonly right: 'run:continue' | 'run:attest' },
): Promise<RunToken> {
  const run = await getOpenRun(db, actor, wanted)
  await runs.touch(db, { organizationId: run.organization.id, id: run.id })
  return issueRunToken(tokens, run, grantorOf(actor))
}
