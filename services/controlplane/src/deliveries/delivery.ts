export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'cancelled'

/** How an attempt ended; empty while it is going on, `lost` when nobody knows. */
export type AttemptOutcome = '' | 'delivered' | 'retryable' | 'throttled' | 'permanent' | 'lost'

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
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
  /** Oldest first. */
  readonly attempts: readonly DeliveryAttempt[]
}
