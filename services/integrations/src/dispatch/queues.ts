/** What the control plane puts into a job: never content, only what it is about. */
export interface JobData {
  readonly deliveryId: string
  /** W3C trace context of the request that stored the attestation. */
  readonly trace?: Readonly<Record<string, string>>
}

export const deliveriesQueue = 'deliveries'
/** Where the queue puts what it gave up. */
export const deadQueue = 'deliveries-dead'
/** What somebody waits for while settings are tried. */
export const pluginTasksQueue = 'plugin-tasks'
/** The control plane tells on it that there is something to take. */
export const wakeChannel = 'chainloop_deliveries'
/** Jobs below it are held back by the control plane. */
export const readyPriority = 0
