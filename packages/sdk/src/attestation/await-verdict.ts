import { setTimeout as sleep } from 'node:timers/promises'

import {
  PolicyStatus,
  type PolicyStatusSummary,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Client } from '../client.ts'

/** What the control plane has found for a stored run. */
export interface Verdict {
  /** It has not finished: whatever is a gate is closed until it has. */
  readonly evaluating: boolean
  /** Why a gate is closed, in words. */
  readonly blockers: readonly string[]
}

/** How long somebody waits for the policies of a run that is stored. */
export interface VerdictWait {
  readonly milliseconds: number
  /** Told each time that there is no verdict yet. */
  readonly onWait?: ((waitedMs: number) => void) | undefined
}

interface Answer {
  readonly policy?: PolicyStatusSummary | undefined
  readonly blockers: readonly string[]
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

/** Asks until there is a verdict or the time is over. Without a gate nothing depends on it, and nobody waits. */
export async function awaitVerdict(
  client: Pick<Client, 'runTokens'>,
  { runId, first }: { readonly runId: string; readonly first: Answer },
  { milliseconds, onWait }: VerdictWait,
): Promise<Verdict> {
  const began = performance.now()
  let answer = first
  for (let pause = FIRST_PAUSE_MS; isOpen(answer); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const waited = performance.now() - began
    if (waited >= milliseconds || answer.policy?.hasGates !== true) break
    onWait?.(waited)
    await sleep(Math.min(pause, milliseconds - waited))
    answer = await client.runTokens.getVerdict({ runId })
  }
  const evaluating = isOpen(answer)
  const isClosed = !evaluating || answer.policy?.hasGates === true
  return { evaluating, blockers: isClosed ? answer.blockers : [] }
}

function isOpen({ policy }: Answer): boolean {
  return policy?.status === PolicyStatus.EVALUATING
}
