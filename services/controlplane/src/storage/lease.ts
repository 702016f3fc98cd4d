import { type RawBuilder, sql, type UpdateObject } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import type { TaskProblem, TaskState } from './task.ts'

/** Somebody else works on the task now, or nobody does any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** What is added to the counts of a task, and what is set. */
export interface Progress {
  readonly done?: number
  readonly bytes?: number
  readonly removed?: number
  readonly marked?: number
  readonly total?: number
  readonly openRuns?: number
  readonly cursor?: string
  readonly problem?: Omit<TaskProblem, 'foundAt'>
}

/** The right to work on a task, which ends by itself unless it is renewed. */
export interface Lease {
  readonly organizationId: string
  readonly taskId: string
  /**
   * Notes progress with what it comes from, in one transaction: it throws `LeaseLost` when the task is another's, so
   * that nothing is written by somebody who only believes to hold it.
   */
  note(tx: Db, progress: Progress): Promise<void>
  /** Also throws `LeaseLost`. */
  renew(): Promise<void>
  /** Lets the task go until `waitMs` from now. */
  release(waitMs: number): Promise<void>
  /** With a failure in a row more. */
  setBack(waitMs: number, error: string): Promise<void>
  /** Ends the task. */
  finish(tx: Db, state: Exclude<TaskState, 'running'>, error?: string): Promise<void>
}

/** Whose it is. */
export interface Held {
  readonly holder: string
  readonly leaseMs: number
  readonly taskId: string
  readonly organizationId: string
}

export function leaseOf(db: Db, held: Held): Lease {
  const { organizationId, taskId, leaseMs } = held
  const change = async (on: Db, set: Change): Promise<void> => {
    const { numUpdatedRows } = await on
      .updateTable('storage_tasks')
      .set(set)
      .where('organization_id', '=', organizationId)
      .where('id', '=', taskId)
      .where('lease_holder', '=', held.holder)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new LeaseLost(`task ${taskId} is another's`)
  }

  return {
    organizationId,
    taskId,
    async note(tx, progress) {
      await change(tx, { ...toChange(progress), due_at: after(leaseMs) })
      if (progress.problem) await noteProblem(tx, held, progress.problem)
    },
    renew: () => change(db, { due_at: after(leaseMs) }),
    release: (waitMs) => change(db, { lease_holder: null, due_at: after(waitMs) }),
    setBack: (waitMs, error) =>
      change(db, {
        lease_holder: null,
        due_at: after(waitMs),
        setbacks: sql<number>`setbacks + 1`,
        error,
      }),
    finish: (tx, state, error = '') =>
      change(tx, { state, error, lease_holder: null, finished_at: new Date() }),
  }
}

type Change = UpdateObject<Schema, 'storage_tasks'>

const ADDED = ['done', 'bytes', 'removed', 'marked'] as const

function toChange({ total, openRuns, cursor, problem, ...added }: Progress) {
  const sums = ADDED.flatMap((name) =>
    added[name] === undefined ? [] : [[name, sql<number>`${sql.ref(name)} + ${added[name]}`]],
  )
  return {
    ...Object.fromEntries(sums),
    ...(added.done === undefined ? {} : { setbacks: 0, error: '' }),
    ...(problem === undefined ? {} : { problems: sql<number>`problems + 1` }),
    ...(total === undefined ? {} : { total }),
    ...(openRuns === undefined ? {} : { open_runs: openRuns }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

async function noteProblem(
  tx: Db,
  { organizationId, taskId }: Held,
  { digest, kind, detail }: Omit<TaskProblem, 'foundAt'>,
): Promise<void> {
  await tx
    .insertInto('storage_task_problems')
    .values({ task_id: taskId, organization_id: organizationId, digest, kind, detail })
    .onConflict((conflict) => conflict.columns(['task_id', 'digest']).doNothing())
    .execute()
}

/** By the database's clock, which all replicas share. */
export function after(ms: number): RawBuilder<Date> {
  return sql<Date>`now() + ${ms} * interval '1 millisecond'`
}
