import { isFailure } from '../evaluation/not-evaluated.ts'
import type { Grants } from '../languages/script-language.ts'
import type { Answer, EvaluationJob, ToChild, ToParent } from './messages.ts'
import { runJob } from './run-job.ts'

/** The process in which policies are evaluated: one job at a time, and nothing of its own to lose. */

const waiting = new Map<number, (answer: Answer) => void>()
let calls = 0

function send(message: ToParent): void {
  process.send?.(message)
}

function ask<T>(message: (call: number) => ToParent): Promise<T> {
  calls += 1
  const call = calls
  const asking = new Promise<T>((resolve, reject) => {
    waiting.set(call, (answer) => {
      if ('failure' in answer) reject(new Error(answer.failure))
      else resolve(answer.value as T)
    })
  })
  send(message(call))
  return asking
}

function grantsOf({
  settings: { mayFetch, mayDiscover },
}: EvaluationJob): Omit<Grants, 'hostnames'> {
  return {
    ...(mayFetch && { fetch: (request) => ask((call) => ({ type: 'fetch', call, request })) }),
    ...(mayDiscover && {
      discover: (digest, kind) => ask((call) => ({ type: 'discover', call, digest, kind })),
    }),
  }
}

async function evaluate(job: EvaluationJob): Promise<void> {
  try {
    send({ type: 'evaluated', evaluations: await runJob(job, grantsOf(job)) })
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    send({ type: 'refused', reason: cause.message })
  }
}

process.on('message', (message: ToChild) => {
  if (message.type === 'evaluate') void evaluate(message.job)
  else {
    waiting.get(message.call)?.(message.answer)
    waiting.delete(message.call)
  }
})
process.on('disconnect', () => process.exit())
send({ type: 'ready' })
