import { setTimeout as delay } from 'node:timers/promises'

import type { AttemptReport, ControlPlane, HeldJob } from '../control-plane.ts'

export interface ReportedAttempt {
  readonly job: HeldJob
  readonly report: AttemptReport
}

/**
 * A report that nobody hears makes the queue deliver once more, so it is worth some patience. Throws the last error when
 * the control plane does not answer at all.
 */
export async function reportUntilHeard(
  controlPlane: ControlPlane,
  { job, report }: ReportedAttempt,
  pausesMs: readonly number[] = [100, 500, 2000],
): Promise<void> {
  for (const pauseMs of pausesMs) {
    try {
      await controlPlane.report(job, report)
      return
    } catch {
      await delay(pauseMs)
    }
  }
  await controlPlane.report(job, report)
}
