import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { AttemptOutcome, DeliveryAttempt } from './delivery.ts'

export interface AttemptOf {
  readonly organizationId: string
  readonly deliveryId: string
}

/** One try of a queue's job. */
export interface JobTry {
  readonly jobId: string
  readonly jobTry: number
}

/** Its number; the same for the same try. The delivery must be locked. */
export async function begin(db: Db, of: AttemptOf, { jobId, jobTry }: JobTry): Promise<number> {
  const begun = await db
    .selectFrom('delivery_attempts')
    .select('number')
    .where('organization_id', '=', of.organizationId)
    .where('delivery_id', '=', of.deliveryId)
    .where('job_id', '=', jobId)
    .where('job_try', '=', jobTry)
    .executeTakeFirst()
  return begun ? begun.number : insert(db, of, { jobId, jobTry })
}

/** An end that no worker caused. */
export async function note(
  db: Db,
  of: AttemptOf,
  { outcome, detail }: { outcome: AttemptOutcome; detail: string },
): Promise<void> {
  await insert(db, of, { jobId: '', outcome, detail })
}

async function insert(
  db: Db,
  { organizationId, deliveryId }: AttemptOf,
  attempt: { jobId: string; jobTry?: number; outcome?: AttemptOutcome; detail?: string },
): Promise<number> {
  const next = db
    .selectFrom('delivery_attempts')
    .where('organization_id', '=', organizationId)
    .where('delivery_id', '=', deliveryId)
    .select(sql<number>`coalesce(max(number), 0) + 1`.as('number'))
  const { number } = await db
    .insertInto('delivery_attempts')
    .values({
      organization_id: organizationId,
      delivery_id: deliveryId,
      job_id: attempt.jobId,
      job_try: attempt.jobTry ?? next,
      outcome: attempt.outcome ?? '',
      detail: attempt.detail ?? '',
      started_at: new Date(),
      number: next,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  return number
}

/** What other workers began and never told the end of. */
export async function markLost(db: Db, of: AttemptOf, except?: JobTry): Promise<void> {
  await db
    .updateTable('delivery_attempts')
    .set({
      outcome: 'lost',
      detail: 'the worker was lost: whether it arrived is not known',
      duration_ms: sql<number>`greatest(0, round(extract(epoch from now() - started_at) * 1000))`,
    })
    .where('organization_id', '=', of.organizationId)
    .where('delivery_id', '=', of.deliveryId)
    .where('outcome', '=', '')
    .$if(except !== undefined, (query) =>
      query.where((eb) =>
        eb.or([eb('job_id', '!=', except?.jobId ?? ''), eb('job_try', '!=', except?.jobTry ?? 0)]),
      ),
    )
    .execute()
}

export type AttemptEnd = Omit<DeliveryAttempt, 'number' | 'startedAt'>

/** False when that job has no such attempt, or its end is known already. */
export async function end(
  db: Db,
  of: AttemptOf,
  { jobId, number, ...outcome }: AttemptEnd & { readonly jobId: string; readonly number: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('delivery_attempts')
    .set({
      outcome: outcome.outcome,
      duration_ms: outcome.durationMs,
      response_code: outcome.responseCode,
      detail: outcome.detail,
    })
    .where('organization_id', '=', of.organizationId)
    .where('delivery_id', '=', of.deliveryId)
    .where('job_id', '=', jobId)
    .where('number', '=', number)
    // Who was thought lost may still tell.
    .where('outcome', 'in', ['', 'lost'])
    .executeTakeFirst()
  return ended.numUpdatedRows > 0n
}
