import { RegoError } from '../errors.ts'

/** What one evaluation may use at most. */
export type Budget = {
  /** Loop turns, calls and elements built. */
  readonly steps?: number
  readonly milliseconds?: number
  /** Of values that the evaluation builds; an estimate. */
  readonly bytes?: number
}

export const defaultBudget: Required<Budget> = {
  steps: 100_000_000,
  milliseconds: 60_000,
  bytes: 512 * 1024 * 1024,
}

/** Counts what an evaluation uses. */
export type Meter = {
  /** @throws RegoError `eval_cancel_error` when the budget is used up. */
  readonly tick: (steps?: number) => void
  /** Accounts for a value before it is built. */
  readonly allocate: (bytes: number) => void
}

const ticksPerClock = 4096

export function createMeter(budget: Budget, now: () => number): Meter {
  const { steps, milliseconds, bytes } = { ...defaultBudget, ...budget }
  const deadline = now() + milliseconds
  let used = 0
  let built = 0
  let nextClock = ticksPerClock
  return {
    tick(count = 1) {
      used += count
      if (used > steps) throw exhausted(`more than ${steps} steps`)
      if (used < nextClock) return
      nextClock = used + ticksPerClock
      if (now() > deadline) throw exhausted(`more than ${milliseconds} ms`)
    },
    allocate(size) {
      built += size
      if (built > bytes) throw exhausted(`more than ${bytes} bytes`)
    },
  }
}

function exhausted(what: string): RegoError {
  return new RegoError('eval_cancel_error', `evaluation takes ${what}`)
}
