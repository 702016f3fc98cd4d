export type ReplayState = 'running' | 'done' | 'cancelled'

/** History that is sent to one attachment once more. */
export interface Replay {
  readonly id: string
  readonly attachmentId: string
  readonly integrationName: string
  readonly workflowName: string
  readonly projectName: string
  /** Of its deliveries; 1 is what `Store` queued. */
  readonly generation: number
  /** `done`: everything was sent to the queue. */
  readonly state: ReplayState
  readonly total: number
  /** To the queue. */
  readonly sent: number
  readonly delivered: number
  readonly failed: number
  readonly pending: number
  readonly perMinute: number
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}

/** Which attestations of the attachment's workflow; what is undefined or empty does not narrow. */
export interface ReplaySelection {
  readonly since: Date | undefined
  readonly until: Date
  readonly runId: string
  readonly digest: string
}
