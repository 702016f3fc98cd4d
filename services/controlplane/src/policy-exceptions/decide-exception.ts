import { conflict, forbidden } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import { approvalsNeeded } from './approvals-needed.ts'
import * as decisions from './exception-decision-repo.ts'
import * as exceptions from './policy-exception-repo.ts'
import type { ExceptionDecision, ExceptionState, PolicyException } from './policy-exception.ts'
import { type DescribedException, getException } from './read-exceptions.ts'

export interface Decision {
  readonly id: string
  readonly comment: string
}

/** One of the approvals that it takes; with the last one the exception counts. */
export async function approveException(
  ctx: Pick<Context, 'db'>,
  actor: Actor,
  decision: Decision,
): Promise<DescribedException> {
  actor.require('policy_exception:approve')
  const judge: Judge = async (tx, exception) => {
    assertState(exception, ['requested'])
    const { settings } = await getOrganization(tx, actor)
    const needed = Math.max(exception.approvalsNeeded, approvalsNeeded(settings))
    if (needed > 1) assertAnotherPerson(exception, actor)
    return {
      kind: 'approved',
      stateAfter: (made) => (countOf(made, needed) >= needed ? 'approved' : 'requested'),
    }
  }
  return decide(ctx, actor, { ...decision, judge })
}

export async function rejectException(
  ctx: Pick<Context, 'db'>,
  actor: Actor,
  decision: Decision,
): Promise<DescribedException> {
  actor.require('policy_exception:approve')
  const judge: Judge = async (_tx, exception) => {
    assertState(exception, ['requested'])
    return { kind: 'rejected', stateAfter: () => 'rejected' }
  }
  return decide(ctx, actor, { ...decision, judge })
}

/** By who may approve it, and by who asked for it. */
export async function revokeException(
  ctx: Pick<Context, 'db'>,
  actor: Actor,
  decision: Decision,
): Promise<DescribedException> {
  const judge: Judge = async (_tx, exception) => {
    if (exception.requestedBy !== actorReference(actor)) actor.require('policy_exception:approve')
    assertState(exception, ['requested', 'approved'])
    return { kind: 'revoked', stateAfter: () => 'revoked' }
  }
  return decide(ctx, actor, { ...decision, judge })
}

interface Verdict {
  readonly kind: ExceptionDecision['kind']
  readonly stateAfter: (made: readonly ExceptionDecision[]) => ExceptionState
}

type Judge = (tx: Db, exception: PolicyException) => Promise<Verdict>

async function decide(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id, comment, judge }: Decision & { readonly judge: Judge },
): Promise<DescribedException> {
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    await exceptions.lock(tx, { organizationId, id })
    const exception = await getException({ db: tx }, actor, { id })
    const { kind, stateAfter } = await judge(tx, exception)
    const made = { kind, comment, decidedBy: actorReference(actor), decidedByName: actor.name }
    if (!(await decisions.insert(tx, { organizationId, id }, made))) {
      throw conflict(`${actor.name} has ${kind} the exception already`, {
        reason: 'EXCEPTION_DECIDED',
      })
    }
    const all = await decisions.list(tx, { organizationId, ids: [id] })
    const state = stateAfter(all.get(id) ?? [])
    await exceptions.setState(tx, { organizationId, id }, state)
    const { policy, reason } = exception
    await audit.record(tx, {
      organizationId,
      actor,
      action: `policy_exception.${kind}`,
      targetType: 'policy_exception',
      targetId: id,
      details: { policy, reason, comment, state },
    })
    return getException({ db: tx }, actor, { id })
  })
}

function assertState(
  { state, expiresAt }: PolicyException,
  wanted: readonly ExceptionState[],
): void {
  const now = expiresAt <= new Date() ? 'expired' : state
  if (wanted.includes(now)) return
  throw conflict(`the exception is ${now}`, { reason: 'EXCEPTION_STATE', metadata: { state: now } })
}

/** A token is nobody: who has made one could approve twice. */
function assertAnotherPerson({ requestedBy }: PolicyException, actor: Actor): void {
  if (actor.kind !== 'user') {
    throw forbidden('the organization wants people to approve exceptions, not tokens', {
      reason: 'PERSON_REQUIRED',
      hint: 'sign in with `chainloop auth login`',
    })
  }
  if (requestedBy !== actorReference(actor)) return
  throw forbidden('who asks for an exception does not approve it in this organization', {
    reason: 'OWN_EXCEPTION',
  })
}

function countOf(made: readonly ExceptionDecision[], needed: number): number {
  return made.filter(
    ({ kind, decidedBy }) => kind === 'approved' && (needed === 1 || decidedBy.startsWith('user:')),
  ).length
}
