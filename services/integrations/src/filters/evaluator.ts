import type { ChildProcess } from 'node:child_process'

import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import { startChild } from '../host/start-child.ts'
import {
  type EvaluatorAnswer,
  type EvaluatorJob,
  evaluatorAnswerShape,
} from './evaluator-messages.ts'

export interface Evaluator extends AsyncDisposable {
  /** Throws a permanent `DeliveryError` that names the setting that has no value. */
  evaluate(job: EvaluatorJob): Promise<Exclude<EvaluatorAnswer, { failure: string }>>
}

export interface EvaluatorLimits {
  readonly memoryMb: number
  /** Of one job. */
  readonly jobMs: number
  /** Jobs that wait for the process; more are put off. */
  readonly waiting: number
}

const defaults: EvaluatorLimits = { memoryMb: 128, jobMs: 2_000, waiting: 1_000 }

/**
 * Expressions that users wrote, evaluated in a process of their own, one after the other: whatever takes too much time or
 * memory ends that process and fails its own delivery.
 */
export function createEvaluator(given: Partial<EvaluatorLimits> = {}): Evaluator {
  const limits = { ...defaults, ...given }
  let child: Promise<ChildProcess> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function run(job: EvaluatorJob): Promise<EvaluatorAnswer> {
    child ??= start(limits)
    const running = await child
    try {
      return await converse(running, { job, jobMs: limits.jobMs })
    } catch (cause) {
      child = undefined
      throw cause
    }
  }

  return {
    async evaluate(job) {
      if (waiting >= limits.waiting) {
        throw new DeliveryError('throttled', 'too many expressions are waiting to be evaluated')
      }
      waiting += 1
      const mine = last.then(() => run(job))
      last = mine.catch(() => undefined)
      const answer = await mine.finally(() => (waiting -= 1))
      if ('failure' in answer) throw new DeliveryError('permanent', answer.failure)
      return answer
    },
    async [Symbol.asyncDispose]() {
      await last
      ;(await child?.catch(() => undefined))?.kill('SIGKILL')
    },
  }
}

/** Resolves when it listens: starting up is not the job's time. */
async function start({ memoryMb }: EvaluatorLimits): Promise<ChildProcess> {
  const child = startChild({ entry: new URL('evaluator-child.ts', import.meta.url), memoryMb })
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  child.once('message', () => resolve(child)).once('exit', () => reject(overstepped()))
  child.once('error', reject)
  return promise
}

function converse(
  child: ChildProcess,
  { job, jobMs }: { readonly job: EvaluatorJob; readonly jobMs: number },
): Promise<EvaluatorAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), jobMs)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      child.off('message', hear).off('exit', lose)
      settle()
    }
    const hear = (message: unknown): void =>
      done(() => resolve(evaluatorAnswerShape.parse(message)))
    const lose = (): void => done(() => reject(overstepped()))
    child.once('message', hear).once('exit', lose)
    if (child.connected) child.send(job, () => undefined)
    else lose()
  })
}

function overstepped(): DeliveryError {
  return new DeliveryError(
    'permanent',
    'the filter or a template of the attachment took more time or memory than it may',
  )
}
