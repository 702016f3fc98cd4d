import { setTimeout as delay } from 'node:timers/promises'

import type { ControlPlane, ReportedAttempt } from '../control-plane.ts'

export interface Reporter {
  /** Resolves when the control plane has heard it; throws when it does not answer. */
  tell(report: ReportedAttempt): Promise<void>
}

interface Waiting {
  readonly report: ReportedAttempt
  readonly heard: PromiseWithResolvers<void>
}

const maxTogether = 200

/** What ends while a report is under way is reported together with the next one. */
export function createReporter(
  controlPlane: Pick<ControlPlane, 'report'>,
  pausesMs: readonly number[] = [100, 500, 2000],
): Reporter {
  const waiting: Waiting[] = []
  let telling = false

  async function tellAll(): Promise<void> {
    telling = true
    while (waiting.length > 0) await tellSome(waiting.splice(0, maxTogether))
    telling = false
  }

  async function tellSome(some: readonly Waiting[]): Promise<void> {
    try {
      await reportUntilHeard(
        controlPlane,
        some.map(({ report }) => report),
        pausesMs,
      )
      for (const { heard } of some) heard.resolve()
    } catch (cause) {
      if (some.length === 1) some[0]?.heard.reject(cause)
      // One that is refused shall not take the others with it.
      else for (const one of some) await tellSome([one])
    }
  }

  return {
    tell(report) {
      const heard = Promise.withResolvers<void>()
      waiting.push({ report, heard })
      if (!telling) void tellAll()
      return heard.promise
    },
  }
}

/** A report that nobody hears makes the queue deliver once more, so it is worth some patience. Throws the last error. */
async function reportUntilHeard(
  controlPlane: Pick<ControlPlane, 'report'>,
  reports: readonly ReportedAttempt[],
  pausesMs: readonly number[],
): Promise<void> {
  for (const pauseMs of pausesMs) {
    try {
      await controlPlane.report(reports)
      return
    } catch {
      await delay(pauseMs)
    }
  }
  await controlPlane.report(reports)
}
