import type {
  Problem as ProblemMessage,
  Retention as RetentionMessage,
  Task as TaskMessage,
} from '@chainloop/proto/storage/v1/storage_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

const kinds = enumNames({ migration: 1, verification: 2, collection: 3 })
const states = enumNames({ running: 1, done: 2, failed: 3, cancelled: 4 })

/** Work on a storage backend that goes on without a client. */
export interface StorageTask {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly backend: string
  /** Where a migration copies to; empty elsewhere. */
  readonly target: string
  /** Artifacts dealt with, and known to be dealt with. */
  readonly done: number
  readonly total: number
  readonly bytes: number
  readonly problems: number
  readonly removed: number
  readonly marked: number
  readonly dryRun: boolean
  /** Of a migration: runs that may still write to the backend. */
  readonly openRuns: number
  readonly cancelling: boolean
  readonly error: string
  readonly createdAt: Date | undefined
  readonly finishedAt: Date | undefined
}

export function toStorageTask(item: TaskMessage | undefined): StorageTask {
  const one = answered(item, 'a storage task')
  return {
    id: one.id,
    kind: kinds.nameOf(one.kind),
    state: states.nameOf(one.state),
    backend: one.backendName,
    target: one.targetName,
    done: Number(one.done),
    total: Number(one.total),
    bytes: Number(one.bytes),
    problems: Number(one.problemCount),
    removed: Number(one.removed),
    marked: Number(one.marked),
    dryRun: one.dryRun,
    openRuns: Number(one.openRuns),
    cancelling: one.cancelling,
    error: one.error,
    createdAt: toDate(one.createdAt),
    finishedAt: toDate(one.finishedAt),
  }
}

export interface StorageProblem {
  readonly digest: string
  /** `missing`, `rotten`, `failed`. */
  readonly kind: string
  readonly detail: string
}

export function toStorageProblem({ digest, kind, detail }: ProblemMessage): StorageProblem {
  return { digest, kind, detail }
}

/** How long a project keeps artifacts that no attestation refers to. */
export interface Retention {
  readonly project: string
  /** 0: for ever. */
  readonly keepDays: number
  readonly legalHold: boolean
  readonly updatedAt: Date | undefined
}

export function toRetention(item: RetentionMessage | undefined): Retention {
  const one = answered(item, 'a retention policy')
  return {
    project: one.projectName,
    keepDays: one.keepDays,
    legalHold: one.legalHold,
    updatedAt: toDate(one.updatedAt),
  }
}
