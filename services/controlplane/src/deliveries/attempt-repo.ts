import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { AttemptOutcome, DeliveryAttempt } from './delivery.ts'

export interface AttemptOf {
  readonly organizationId: string
  readonly deliveryId: string
}

/** One try of a queue's job. */
export interface JobTry extends AttemptOf {
  readonly jobId: string
  readonly jobTry: number
}

export interface Begun {
  readonly number: number
  /** How many attempts of this job nobody told the end of. */
  readonly lost: number
}

/** By delivery; the same number for the same try. The deliveries must be locked. What other tries left open is lost. */
export async function beginAll(
  db: Db,
  tries: readonly JobTry[],
): Promise<ReadonlyMap<string, Begun>> {
  if (tries.length === 0) return new Map()
  const given = sql`json_to_recordset(${JSON.stringify(tries)}::json)
    as given ("organizationId" uuid, "deliveryId" uuid, "jobId" text, "jobTry" integer)`
  await sql`
    update delivery_attempts as a set outcome = 'lost', detail = ${lostDetail},
      duration_ms = greatest(0, round(extract(epoch from now() - a.started_at) * 1000))
    from ${given}
    where a.organization_id = given."organizationId" and a.delivery_id = given."deliveryId"
      and a.outcome = '' and (a.job_id, a.job_try) <> (given."jobId", given."jobTry")`.execute(db)
  await sql`
    insert into delivery_attempts (organization_id, delivery_id, job_id, job_try, started_at, number)
    select "organizationId", "deliveryId", "jobId", "jobTry", ${new Date()}::timestamptz, (
      select coalesce(max(number), 0) + 1 from delivery_attempts
      where organization_id = "organizationId" and delivery_id = "deliveryId")
    from ${given}
    on conflict (delivery_id, job_id, job_try) do nothing`.execute(db)
  const { rows } = await sql<{ delivery_id: string; number: number; lost: number }>`
    select given."deliveryId" as delivery_id,
      max(a.number) filter (where a.job_try = given."jobTry") as number,
      count(*) filter (where a.outcome = 'lost')::int as lost
    from ${given} join delivery_attempts a
      on a.organization_id = given."organizationId" and a.delivery_id = given."deliveryId"
      and a.job_id = given."jobId"
    group by given."deliveryId"`.execute(db)
  return new Map(rows.map(({ delivery_id: id, number, lost }) => [id, { number, lost }]))
}

const lostDetail = 'the worker was lost: whether it arrived is not known'

/** An end that no worker caused. */
export async function note(
  db: Db,
  { organizationId, deliveryId }: AttemptOf,
  { outcome, detail }: { outcome: AttemptOutcome; detail: string },
): Promise<void> {
  const next = db
    .selectFrom('delivery_attempts')
    .where('organization_id', '=', organizationId)
    .where('delivery_id', '=', deliveryId)
    .select(sql<number>`coalesce(max(number), 0) + 1`.as('number'))
  await db
    .insertInto('delivery_attempts')
    .values({
      organization_id: organizationId,
      delivery_id: deliveryId,
      job_id: '',
      job_try: next,
      outcome,
      detail,
      started_at: new Date(),
      number: next,
    })
    .execute()
}

/** What workers began and never told the end of. */
export async function markLost(db: Db, { organizationId, deliveryId }: AttemptOf): Promise<void> {
  await db
    .updateTable('delivery_attempts')
    .set({
      outcome: 'lost',
      detail: lostDetail,
      duration_ms: sql<number>`greatest(0, round(extract(epoch from now() - started_at) * 1000))`,
    })
    .where('organization_id', '=', organizationId)
    .where('delivery_id', '=', deliveryId)
    .where('outcome', '=', '')
    .execute()
}

export interface AttemptEnd extends AttemptOf, Omit<DeliveryAttempt, 'startedAt'> {
  readonly jobId: string
}

/** Which try each was, by delivery; attempts that the job does not have, or that had ended before, are left out. */
export async function endAll(
  db: Db,
  ends: readonly AttemptEnd[],
): Promise<ReadonlyMap<string, number>> {
  if (ends.length === 0) return new Map()
  // Who was thought lost may still tell.
  const { rows } = await sql<{ delivery_id: string; job_try: number }>`
    update delivery_attempts as a
    set outcome = given.outcome, duration_ms = given."durationMs",
      response_code = given."responseCode", detail = given.detail
    from json_to_recordset(${JSON.stringify(ends)}::json) as given (
      "organizationId" uuid, "deliveryId" uuid, "jobId" text, number integer, outcome text,
      "durationMs" bigint, "responseCode" integer, detail text)
    where a.organization_id = given."organizationId" and a.delivery_id = given."deliveryId"
      and a.job_id = given."jobId" and a.number = given.number and a.outcome in ('', 'lost')
    returning a.delivery_id, a.job_try`.execute(db)
  return new Map(rows.map(({ delivery_id: id, job_try: jobTry }) => [id, jobTry]))
}

export interface Tries {
  readonly count: number
  readonly firstAt: Date
}

/** How often a delivery was tried with its job, and since when. */
export async function triesOf(
  db: Db,
  { organizationId, deliveryId, jobId }: AttemptOf & { readonly jobId: string },
): Promise<Tries> {
  const row = await db
    .selectFrom('delivery_attempts')
    .where('organization_id', '=', organizationId)
    .where('delivery_id', '=', deliveryId)
    .where('job_id', '=', jobId)
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('started_at').as('first_at')])
    .executeTakeFirst()
  return { count: row?.count ?? 0, firstAt: row?.first_at ?? new Date() }
}
