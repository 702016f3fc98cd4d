import { createHash } from 'node:crypto'

import { create, fromBinary, type Message, toBinary } from '@bufbuild/protobuf'
import { invalid } from '@chainloop/kit/errors'
import type { HandlerContext } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { KEPT_MS } from '../jobs/forget-idempotency-keys.ts'
import { procedure } from './access.ts'
import { actorOf } from './actor-key.ts'

const MAX_KEY_LENGTH = 255

/**
 * With an `Idempotency-Key` the same request gets the same answer for a day, and its effect happens once: key,
 * effect and answer are one transaction, so `work` has to use the database it is given. A second request with the
 * key waits for the first one; another request with the same key is refused. Answers must not contain secrets.
 */
export async function idempotently<C extends Pick<Context, 'db'>, T>(
  ctx: C,
  { call, request, credential = '' }: Wish,
  work: (ctx: C) => Promise<T>,
): Promise<T> {
  const key = call.requestHeader.get('idempotency-key')
  // Keys are kept with an organization; what a person does outside of one repeats safely or is told that it is done.
  if (!key || actorOf(call).organizationId === '') return work(ctx)
  if (key.length > MAX_KEY_LENGTH)
    throw invalid(`an idempotency key has ${MAX_KEY_LENGTH} characters at most`)

  return inTransaction(ctx.db, async (tx) => {
    const place = placeOf(call, key)
    const saved = await claim(tx, place, digestOf(call, request, credential))
    // What was saved is the output message that `work` once returned the parts of.
    if (saved) return fromBinary(call.method.output, saved) as T
    const answer = await work({ ...ctx, db: tx })
    await save(
      tx,
      place,
      toBinary(call.method.output, create(call.method.output, answer as Record<string, unknown>)),
    )
    return answer
  })
}

interface Wish {
  readonly call: HandlerContext
  readonly request: Message
  /** Names what the request was authorized with, where only that may have the answer again. */
  readonly credential?: string | undefined
}

interface Place {
  readonly organizationId: string
  readonly actorId: string
  readonly key: string
  readonly procedure: string
}

/** The saved answer, or undefined when this request is the first. */
async function claim(tx: Db, place: Place, digest: string): Promise<Uint8Array | undefined> {
  await forgetOld(tx, place)
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('idempotency_keys')
    .values({
      organization_id: place.organizationId,
      actor_id: place.actorId,
      key: place.key,
      procedure: place.procedure,
      request_digest: digest,
    })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows) return undefined

  const row = await tx
    .selectFrom('idempotency_keys')
    .where('organization_id', '=', place.organizationId)
    .where('actor_id', '=', place.actorId)
    .where('key', '=', place.key)
    .selectAll()
    .executeTakeFirstOrThrow()
  if (row.request_digest !== digest || row.response === null) {
    throw invalid('the idempotency key was used for another request', {
      reason: 'IDEMPOTENCY_KEY_REUSED',
    })
  }
  return row.response
}

async function save(tx: Db, place: Place, response: Uint8Array): Promise<void> {
  await tx
    .updateTable('idempotency_keys')
    .set({ response })
    .where('organization_id', '=', place.organizationId)
    .where('actor_id', '=', place.actorId)
    .where('key', '=', place.key)
    .execute()
}

async function forgetOld(tx: Db, { organizationId, actorId }: Place): Promise<void> {
  await tx
    .deleteFrom('idempotency_keys')
    .where('organization_id', '=', organizationId)
    .where('actor_id', '=', actorId)
    .where('created_at', '<', new Date(Date.now() - KEPT_MS))
    .execute()
}

function placeOf(call: HandlerContext, key: string): Place {
  const actor = actorOf(call)
  return {
    organizationId: actor.organizationId,
    actorId: `${actor.kind}:${actor.id}`,
    key,
    procedure: procedure(call.method),
  }
}

function digestOf(call: HandlerContext, request: Message, credential: string): string {
  return createHash('sha256')
    .update(procedure(call.method))
    .update('\0')
    .update(toBinary(call.method.input, request))
    .update(credential === '' ? '' : `\0${credential}`)
    .digest('hex')
}
