import type { Context } from '../context.ts'
import { evaluateStoredRun, giveRunUp } from '../policies/evaluate-stored-run.ts'
import {
  EVALUATION_QUEUE,
  type EvaluationTask,
  GIVEN_UP_QUEUE,
} from '../policies/evaluation-queue.ts'

/** Evaluates runs that Store did not wait for until it is disposed. What is cut short is taken up again. */
export async function evaluatePolicies(
  ctx: Pick<Context, 'db' | 'policies' | 'blobs' | 'queue'>,
): Promise<AsyncDisposable> {
  const { queue } = ctx
  const often = { batchSize: 1, pollingIntervalSeconds: 1 }
  const evaluating = await queue.work<EvaluationTask>(EVALUATION_QUEUE, often, async (jobs) => {
    for (const { data } of jobs) await evaluateStoredRun(ctx, data)
  })
  const seldom = { batchSize: 1, pollingIntervalSeconds: 60 }
  const givingUp = await queue.work<EvaluationTask>(GIVEN_UP_QUEUE, seldom, async (jobs) => {
    for (const { data } of jobs) await giveRunUp(ctx, data)
  })
  return {
    async [Symbol.asyncDispose]() {
      await queue.offWork(EVALUATION_QUEUE, { id: evaluating })
      await queue.offWork(GIVEN_UP_QUEUE, { id: givingUp })
    },
  }
}
