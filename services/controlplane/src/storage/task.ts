export type TaskKind = 'migration' | 'verification' | 'collection'
export type TaskState = 'running' | 'done' | 'failed' | 'cancelled'

/** Work on a backend that outlives processes. */
export interface StorageTask {
  readonly id: string
  readonly organizationId: string
  readonly kind: TaskKind
  readonly state: TaskState
  readonly backendId: string
  readonly backendName: string
  /** Where a migration copies to. */
  readonly targetId: string | undefined
  readonly targetName: string | undefined
  readonly dryRun: boolean
  /** Of a collection: blobs that nobody is known to have uploaded, too. */
  readonly includeUnknown: boolean
  readonly cancelling: boolean
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number
  /** Where it is, in words of its kind. */
  readonly cursor: string
  readonly counts: TaskCounts
  /** Failures in a row. */
  readonly setbacks: number
  readonly error: string
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}

export interface TaskCounts {
  /** Blobs dealt with, problems among them. */
  readonly done: number
  /** Blobs known to be dealt with. */
  readonly total: number
  readonly bytes: number
  readonly removed: number
  readonly marked: number
  readonly openRuns: number
  readonly problems: number
}

export interface TaskProblem {
  readonly digest: string
  readonly kind: 'missing' | 'rotten' | 'failed'
  /** For operators. */
  readonly detail: string
  readonly foundAt: Date
}
