export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'cancelled' | 'skipped'

/** Why a pending delivery waits outside of the queue's head; empty when it does not. */
export type Hold = '' | 'paused' | 'broken' | 'order' | 'backlog' | 'rate'

/** How an attempt ended; empty while it is going on, `lost` when nobody knows. */
export type AttemptOutcome =
  | ''
  | 'delivered'
  | 'skipped'
  | 'retryable'
  | 'throttled'
  | 'permanent'
  | 'lost'

export interface DeliveryAttempt {
  /** 1 for the first. */
  readonly number: number
  readonly startedAt: Date
  readonly durationMs: number
  readonly outcome: AttemptOutcome
  /** What the target answered; 0 when it did not. */
  readonly responseCode: number
  /** Trimmed, without secrets. */
  readonly detail: string
}

/** One attestation to one attachment. */
export interface Delivery {
  readonly id: string
  readonly integrationName: string
  readonly pluginId: string
  readonly attachmentId: string
  readonly runId: string
  readonly attestationDigest: string
  readonly workflowName: string
  readonly projectName: string
  readonly state: DeliveryState
  /** 1 is what `Store` queued; each replay has its own. */
  readonly generation: number
  readonly held: Hold
  /** Of a pending one that was tried before. */
  readonly nextAttemptAt: Date | undefined
  /** The same for every attempt. */
  readonly idempotencyKey: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly finishedAt: Date | undefined
  /** Oldest first. */
  readonly attempts: readonly DeliveryAttempt[]
}
