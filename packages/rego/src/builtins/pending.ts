import { RegoError } from '../errors.ts'
import type { Answer, Run } from '../evaluate/context.ts'

/**
 * Evaluation is synchronous, hosts need not be. What the host promises is thrown up to
 * `evaluate`, which waits for it and evaluates again: evaluations are deterministic, so they come
 * to the same call, which then finds its answer.
 */
export class Pending extends Error {
  override readonly name = 'Pending'
  readonly key: string
  readonly promise: Promise<unknown>

  constructor(key: string, promise: Promise<unknown>) {
    super(`evaluation waits for ${key}`)
    this.key = key
    this.promise = promise
  }
}

/**
 * The answer of the host to a request, asked for once in an evaluation; its failure is that of
 * the built-in function. For functions that a caller adds, too.
 *
 * @throws Pending when the answer is not there yet.
 */
export function awaitHost<T>(run: Run, key: string, ask: () => T | Promise<T>): T {
  const known = run.answers.get(key)
  if (known?.failure !== undefined) throw new RegoError('eval_builtin_error', known.failure)
  if (known) return known.value as T
  const answer = ask()
  if (!(answer instanceof Promise)) {
    run.answers.set(key, { value: answer })
    return answer
  }
  if (run.mayWait) throw new Pending(key, answer)
  // Nobody will look at the answer.
  answer.catch(() => undefined)
  throw new RegoError('eval_builtin_error', `${key} needs an asynchronous evaluation`)
}

export async function settle({ promise }: Pending): Promise<Answer> {
  try {
    return { value: await promise }
  } catch (error) {
    return { value: undefined, failure: error instanceof Error ? error.message : String(error) }
  }
}
