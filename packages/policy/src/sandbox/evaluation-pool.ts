import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Grants } from '../languages/script-language.ts'
import { type EvaluatingChild, startChild } from './child-process.ts'
import type { EvaluationJob } from './messages.ts'

export interface PoolLimits {
  readonly processes: number
  /** Of the heap of each. */
  readonly megabytes: number
  /** Of one job, however many policies it has; whoever takes longer is ended. */
  readonly milliseconds: number
  /** Jobs that may wait for a process; more are refused. */
  readonly waiting: number
}

export const DEFAULT_LIMITS: PoolLimits = {
  processes: 2,
  megabytes: 512,
  milliseconds: 60_000,
  waiting: 1000,
}

/** Too many jobs wait for a process: try again later. */
export class EvaluationBusy extends Error {
  override readonly name = 'EvaluationBusy'
}

export interface EvaluationPool extends AsyncDisposable {
  /** Throws `EvaluationLost`, `EvaluationRefused`, `EvaluationBusy`, or what the signal was aborted with. */
  run(
    job: EvaluationJob,
    grants: Omit<Grants, 'hostnames'>,
    signal?: AbortSignal,
  ): Promise<readonly PolicyEvaluation[]>
}

/** Processes that evaluate policies, started when there is work, replaced when one ends. */
export function createEvaluationPool(given: Partial<PoolLimits> = {}): EvaluationPool {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const idle: EvaluatingChild[] = []
  const all = new Set<EvaluatingChild>()
  const queue: ((child: EvaluatingChild) => void)[] = []

  const take = async (): Promise<EvaluatingChild> => {
    const free = idle.pop()
    if (free?.isAlive) return free
    if (free) all.delete(free)
    if (all.size < limits.processes) return start()
    if (queue.length >= limits.waiting) {
      throw new EvaluationBusy('too many evaluations are waiting: try again later')
    }
    return new Promise((resolve) => queue.push(resolve))
  }
  const start = (): EvaluatingChild => {
    const child = startChild(limits)
    all.add(child)
    return child
  }
  const release = (child: EvaluatingChild): void => {
    if (!child.isAlive) all.delete(child)
    const next = queue.shift()
    if (next) next(child.isAlive ? child : start())
    else if (child.isAlive) idle.push(child)
  }

  return {
    async run(job, grants, signal) {
      const child = await take()
      try {
        // Who waited too long for a process has nobody left who wants an answer.
        signal?.throwIfAborted()
        return await child.run(job, grants, { milliseconds: limits.milliseconds, signal })
      } finally {
        release(child)
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...all].map((child) => child[Symbol.asyncDispose]()))
    },
  }
}
