import type { ClaimedDelivery, WantedMaterial } from '../control-plane.ts'

/** A job of the queue of tasks, held by this worker. */
export interface HeldTask {
  readonly jobId: string
  readonly taskId: string
}

export interface TrySettings {
  readonly pluginId: string
  /** Secrets included. */
  readonly registration: Readonly<Record<string, unknown>>
  /** Undefined: only the registration is tried. */
  readonly attachment: Readonly<Record<string, unknown>> | undefined
}

export type ClaimedTask =
  | { readonly kind: 'try'; readonly settings: TrySettings }
  | { readonly kind: 'preview'; readonly delivery: ClaimedDelivery }

export interface TaskMessage {
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface TaskResult {
  /** Empty: no problem. */
  readonly problem: string
  readonly facts: Readonly<Record<string, string>>
  readonly messages: readonly TaskMessage[]
  readonly skipped: string
}

/** What the workers ask of the control plane about tasks. */
export interface TaskControlPlane {
  /** Undefined when nobody waits for it any more. */
  claimTask(task: HeldTask): Promise<ClaimedTask | undefined>
  readTaskMaterial(task: HeldTask, wanted: WantedMaterial): AsyncIterable<Uint8Array>
  reportTask(task: HeldTask, result: TaskResult): Promise<void>
}
