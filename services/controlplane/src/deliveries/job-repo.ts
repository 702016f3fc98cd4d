import { type Kysely, sql } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Db } from '../db/db.ts'
import type { Queue } from '../db/queue.ts'
import type { Schema } from '../db/schema.ts'
import { isUuid } from '../names.ts'
import { type DeliveryJobData, deliveriesQueue } from './queue.ts'

/** Jobs below it are not taken by workers. */
export const readyPriority = 0
export const heldPriority = -1

export interface QueuedJob {
  readonly id: string
  readonly deliveryId: string
  readonly organizationId: string
  /** 0 for the first. */
  readonly jobTry: number
  /** Some worker holds it. */
  readonly active: boolean
}

/** By id; those that the queue does not know, or no longer, are left out. */
export async function find(
  db: Db,
  queue: Queue,
  ids: readonly string[],
): Promise<ReadonlyMap<string, QueuedJob>> {
  const { rows } = await sql<{
    id: string
    data: DeliveryJobData
    job_try: number
    active: boolean
  }>`
    select id::text as id, data, retry_count as job_try, state = 'active' as active
    from ${table(queue)} where name = ${deliveriesQueue} and id = any(${ids.filter(isUuid)}::uuid[])`.execute(
    db,
  )
  return new Map(
    rows.map(({ id, data, job_try: jobTry, active }) => [
      id,
      { id, deliveryId: data.deliveryId, organizationId: data.organizationId, jobTry, active },
    ]),
  )
}

export interface Settled {
  readonly id: string
  /** The try that is over: a job that was given to somebody else since stays as it is. */
  readonly jobTry: number
}

/** Active jobs are done with. */
export async function complete(db: Db, queue: Queue, jobs: readonly Settled[]): Promise<void> {
  if (jobs.length === 0) return
  const tries = jobs.map(({ id, jobTry: retryCount }) => ({ id, retryCount }))
  await queue.complete(deliveriesQueue, tries, undefined, {
    db: fromKysely(db satisfies Kysely<Schema>),
  })
}

export interface GivenBack extends Settled {
  readonly startAfter: Date
  readonly held: boolean
}

/** Active jobs go back to the queue for another try. */
export async function giveBack(db: Db, queue: Queue, jobs: readonly GivenBack[]): Promise<void> {
  if (jobs.length === 0) return
  const given = jobs.map((job) => ({ ...job, priority: job.held ? heldPriority : readyPriority }))
  await sql`
    update ${table(queue)} as job
    set state = 'retry', priority = given.priority, start_after = given."startAfter", completed_on = null
    from json_to_recordset(${JSON.stringify(given)}::json)
      as given (id uuid, "jobTry" integer, priority integer, "startAfter" timestamptz)
    where job.name = ${deliveriesQueue} and job.id = given.id
      and job.state = 'active' and job.retry_count = given."jobTry"`.execute(db)
}

/** Out of the workers' reach, or back into it; active ones when they come back. */
export async function setHeld(
  db: Db,
  queue: Queue,
  { ids, held }: { readonly ids: readonly string[]; readonly held: boolean },
): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update ${table(queue)} set priority = ${held ? heldPriority : readyPriority}
    where name = ${deliveriesQueue} and id = any(${ids}::uuid[])`.execute(db)
}

/** Held jobs whose deliveries have ended come back into reach: who takes one is told that there is nothing to do. */
export async function letEndedGo(db: Db, queue: Queue): Promise<void> {
  await sql`
    update ${table(queue)} as job set priority = ${readyPriority}, start_after = now()
    from deliveries d
    where job.name = ${deliveriesQueue} and job.priority < ${readyPriority} and job.state < 'active'
      and d.organization_id = (job.data->>'organizationId')::uuid
      and d.id = (job.data->>'deliveryId')::uuid
      and (d.state <> 'pending' or d.job_id <> job.id)`.execute(db)
}

/** Tells the workers that there is something to take, once the transaction is committed. */
export async function wakeWorkers(db: Db): Promise<void> {
  await sql`select pg_notify(${wakeChannel}, '')`.execute(db)
}

/** Workers listen to it. */
export const wakeChannel = 'chainloop_deliveries'

function table({ schema }: Queue) {
  return sql.id(schema, 'job')
}
