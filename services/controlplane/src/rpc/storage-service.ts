import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type ProblemSchema,
  type RetentionSchema,
  type StorageService,
  TaskKind as KindNumber,
  type TaskSchema,
  TaskState as StateNumber,
} from '@chainloop/proto/storage/v1/storage_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import { cancelTask } from '../storage/cancel-task.ts'
import { describeTask, listTasks } from '../storage/list-tasks.ts'
import type { Retention } from '../storage/retention-repo.ts'
import { listRetention, setRetention } from '../storage/retention.ts'
import { startCollection, startMigration, startVerification } from '../storage/start-task.ts'
import type { StorageTask, TaskKind, TaskProblem, TaskState } from '../storage/task.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { at } from './timestamp.ts'

export function storageService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof StorageService> {
  return {
    startMigration: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        task: taskMessage(await startMigration(tx, actorOf(call), req)),
      })),

    startVerification: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const { backendName } = req
        const bytesPerSecond = Number(req.bytesPerSecond)
        const task = await startVerification(tx, actorOf(call), { backendName, bytesPerSecond })
        return { task: taskMessage(task) }
      }),

    startCollection: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const { backendName, dryRun, unknown: includeUnknown } = req
        const wanted = { backendName, dryRun, includeUnknown }
        return { task: taskMessage(await startCollection(tx, actorOf(call), wanted)) }
      }),

    async describeTask(req, call) {
      const { task, problems } = await describeTask(ctx, actorOf(call), req)
      return { task: taskMessage(task), problems: problems.map(problemMessage) }
    },

    async listTasks({ pagination }, call) {
      const asked = { cursor: pagination?.cursor ?? '', limit: pagination?.limit ?? 0 }
      const { tasks, nextCursor } = await listTasks(ctx, actorOf(call), asked)
      return { tasks: tasks.map(taskMessage), pagination: { nextCursor } }
    },

    cancelTask: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        task: taskMessage(await cancelTask(tx, actorOf(call), req)),
      })),

    setRetention: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const { projectName, keepDays, legalHold } = req
        const change = { projectName, keepDays, legalHold }
        const set = await setRetention(tx, actorOf(call), change)
        return set ? { retention: retentionMessage(set) } : {}
      }),

    async listRetention({ pagination }, call) {
      const found = await listRetention(ctx, actorOf(call), cursorPage(pagination))
      const { items, nextCursor } = found
      return { retention: items.map(retentionMessage), pagination: { nextCursor } }
    },
  }
}

const KINDS = {
  migration: KindNumber.MIGRATION,
  verification: KindNumber.VERIFICATION,
  collection: KindNumber.COLLECTION,
} as const satisfies Record<TaskKind, KindNumber>

const STATES = {
  running: StateNumber.RUNNING,
  done: StateNumber.DONE,
  failed: StateNumber.FAILED,
  cancelled: StateNumber.CANCELLED,
} as const satisfies Record<TaskState, StateNumber>

function taskMessage(task: StorageTask): MessageInitShape<typeof TaskSchema> {
  const { counts } = task
  return {
    id: task.id,
    kind: KINDS[task.kind],
    state: STATES[task.state],
    backendName: task.backendName,
    targetName: task.targetName ?? '',
    done: BigInt(counts.done),
    total: BigInt(counts.total),
    bytes: BigInt(counts.bytes),
    problemCount: BigInt(counts.problems),
    error: task.error,
    createdAt: timestampFromDate(task.createdAt),
    ...at('finishedAt', task.finishedAt),
    removed: BigInt(counts.removed),
    marked: BigInt(counts.marked),
    dryRun: task.dryRun,
    openRuns: BigInt(counts.openRuns),
    cancelling: task.cancelling,
  }
}

function problemMessage(problem: TaskProblem): MessageInitShape<typeof ProblemSchema> {
  const { digest, kind, detail, foundAt } = problem
  return { digest, kind, detail, foundAt: timestampFromDate(foundAt) }
}

function retentionMessage(retention: Retention): MessageInitShape<typeof RetentionSchema> {
  const { projectName, keepDays, legalHold, updatedAt } = retention
  return { projectName, keepDays, legalHold, updatedAt: timestampFromDate(updatedAt) }
}
