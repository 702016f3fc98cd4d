import type { Attested } from '@chainloop/e2e/world/attest'
import {
  type OpenRun,
  aboutRun,
  openRun,
  signStatement,
  store,
} from '@chainloop/e2e/world/modified-client'
import type { DeclaredWorkflow } from '@chainloop/e2e/world/workflow'

export interface Prepared {
  readonly run: OpenRun
  readonly bundle: Uint8Array
}

/** Runs that are opened and signed, so that only Store is left to do. */
export async function prepare(
  declared: DeclaredWorkflow,
  honest: Attested,
  count: number,
): Promise<Prepared[]> {
  const prepared: Prepared[] = []
  const worker = async (): Promise<void> => {
    while (prepared.length < count) {
      const run = await openRun(declared.job, declared)
      prepared.push({ run, bundle: await signStatement(run, aboutRun(honest.statement, run)) })
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return prepared.slice(0, count)
}

export interface StoredAt {
  readonly digest: string
  /** Milliseconds that Store took. */
  readonly ms: number
  /** When it was answered, on the clock of `performance.now()`. */
  readonly at: number
}

export async function timedStore({ run, bundle }: Prepared): Promise<StoredAt> {
  const began = performance.now()
  const digest = await store(run, bundle)
  const at = performance.now()
  return { digest, ms: at - began, at }
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0
}
