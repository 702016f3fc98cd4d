import type { DescMethod } from '@bufbuild/protobuf'
import { forbidden, unauthenticated } from '@chainloop/kit/errors'
import { bearerToken } from '@chainloop/kit/rpc/bearer'
import { peerOf } from '@chainloop/kit/rpc/peer'
import { AttestationService } from '@chainloop/proto/controlplane/v1/workflow_run'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import type { HandlerContext } from '@connectrpc/connect'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import { authenticateService } from '../auth/authenticate-service.ts'
import { authenticate, type Credentials } from '../auth/authenticate.ts'
import { INSTANCE_ADMIN } from '../auth/people.ts'
import { isOwnToken } from '../auth/tokens.ts'
import { trustedJob, unboundActor } from '../auth/trusted-job.ts'
import type { Context } from '../context.ts'
import { databaseError } from '../db/database-error.ts'
import type { Origin } from '../limits.ts'
import { type Access, accessOf, procedure } from './access.ts'
import { actorKey, trustedJobKey } from './actor-key.ts'

type ApiDeps = Pick<Context, 'db' | 'tokens' | 'limits' | 'log' | 'config' | 'issuerKeys'>

const MAX_AGENT_LENGTH = 200

export type Gate = (call: HandlerContext) => Promise<void>

/** Of clients: tokens that the database knows. */
export function apiGate(ctx: ApiDeps): Gate {
  return gate(ctx, async (call) => {
    const { requestHeader: headers } = call
    const origin = originOf(call)
    const credentials = {
      token: bearerToken(headers),
      organization: headers.get('chainloop-organization') ?? undefined,
      personal: accessOf(call.method) === 'person',
    }
    const actor = await ctx.limits.login(origin, () => identifyClient(ctx, call, credentials))
    if (actor.kind !== 'anonymous') await ctx.limits.call(actor)
    const agent = (headers.get('user-agent') ?? '').slice(0, MAX_AGENT_LENGTH)
    return { ...actor, source: { address: ctx.limits.addressOf(origin), agent } }
  })
}

const EXCHANGES: ReadonlySet<DescMethod> = new Set([
  AttestationService.method.init,
  RunService.method.join,
])

/** The token of a CI platform is looked at where it is exchanged, and nowhere else. */
async function identifyClient(
  ctx: ApiDeps,
  call: HandlerContext,
  credentials: Credentials,
): Promise<Actor> {
  const { token } = credentials
  if (!EXCHANGES.has(call.method) || token === undefined || isOwnToken(token)) {
    return authenticate(ctx, credentials)
  }
  const job = await trustedJob(ctx, credentials)
  call.values.set(trustedJobKey, job)
  return unboundActor(job)
}

function originOf(call: HandlerContext): Origin {
  return { peer: peerOf(call), forwardedFor: call.requestHeader.get('x-forwarded-for') ?? '' }
}

/** Of our own services: the secrets that each shares with us. */
export function internalGate(ctx: Pick<Context, 'config' | 'db'>): Gate {
  return gate(ctx, async (call) => authenticateService(ctx.config, bearerToken(call.requestHeader)))
}

/** Refuses before any message is read; what gets through carries its actor. */
function gate({ db }: Pick<Context, 'db'>, identify: Identify): Gate {
  return async (call) => {
    try {
      await admit({ db, identify }, call)
    } catch (cause) {
      throw databaseError(cause) ?? cause
    }
  }
}

type Identify = (call: HandlerContext) => Promise<Actor>

async function admit(
  { db, identify }: Pick<Context, 'db'> & { identify: Identify },
  call: HandlerContext,
): Promise<void> {
  const needed = accessOf(call.method)
  if (needed === 'anyone') return
  const actor = await identify(call)
  if (actor.kind === 'anonymous') {
    throw unauthenticated('this call needs a token', { reason: 'TOKEN_MISSING' })
  }
  if (needed === undefined || !isAdmitted(actor, needed)) {
    await record({ db }, { actor, call, action: 'call.refused', outcome: 'refused' })
    assertInOrganization(actor)
    throw forbidden(`${actor.role} ${actor.name} may not call ${procedure(call.method)}`, {
      reason: 'MISSING_RIGHT',
      ...(needed === undefined ? {} : { metadata: { right: needed } }),
    })
  }
  if (actor.role === INSTANCE_ADMIN) {
    await record({ db }, { actor, call, action: 'instance_admin.called', outcome: 'done' })
  }
  call.values.set(actorKey, actor)
}

export function isAdmitted(actor: Actor, needed: Access): boolean {
  switch (needed) {
    case 'anyone':
    case 'authenticated':
      return true
    case 'person':
      return actor.kind === 'user'
    default:
      return actor.mayHave(needed)
  }
}

function assertInOrganization({ kind, name, organizationId }: Actor): void {
  if (kind !== 'user' || organizationId !== '') return
  throw forbidden(`${name} is in no organization yet`, {
    reason: 'USER_WITH_NO_MEMBERSHIP_ERROR_NOT_IN_ORG',
    hint: 'ask for an invitation, or create an organization',
  })
}

async function record(
  { db }: Pick<Context, 'db'>,
  {
    actor,
    call,
    ...entry
  }: {
    actor: Actor
    call: HandlerContext
  } & Pick<audit.AuditEntry, 'action' | 'outcome'>,
): Promise<void> {
  if (actor.organizationId === '') return
  await audit.record(db, {
    organizationId: actor.organizationId,
    actor,
    ...entry,
    targetType: 'rpc',
    targetId: procedure(call.method),
  })
}
