import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import {
  InvalidProof,
  type TreeHead,
  verifyConsistency,
} from '@chainloop/attestation/merkle/verify-proof'

import { ChangedHistory, type KeptHead } from '../audit/verify-audit-log.ts'
import type { Client } from '../client.ts'

export interface Observed {
  /** To keep instead of the one before; by the same key. */
  readonly head: KeptHead
  readonly size: number
  /** Entries since the kept head. */
  readonly added: number
  /** The log has a key that is not the kept one. */
  readonly otherKeys: readonly string[]
}

/**
 * Compares the log with a head that was kept elsewhere: it must continue it, and be signed by the same key. Throws
 * `ChangedHistory`, `InvalidCheckpoint`.
 */
export async function observeLog(client: Pick<Client, 'log'>, kept: KeptHead): Promise<Observed> {
  const key = parseVerifierKey(kept.verifierKey)
  const earlier = openCheckpoint(key, kept.checkpoint)
  const { checkpoint, verifierKeys } = await client.log.getHead({})
  const later = openCheckpoint(key, checkpoint)
  if (later.size < earlier.size) {
    throw new ChangedHistory(`the log has ${later.size} entries and had ${earlier.size}`)
  }
  const { proof } = await client.log.proveConsistency({
    earlierSize: BigInt(earlier.size),
    size: BigInt(later.size),
  })
  assertContinues(earlier, later, proof)
  return {
    head: { checkpoint, verifierKey: kept.verifierKey },
    size: later.size,
    added: later.size - earlier.size,
    otherKeys: verifierKeys.filter((one) => one !== kept.verifierKey),
  }
}

export function assertContinues(
  earlier: TreeHead,
  later: TreeHead,
  proof: readonly Uint8Array[],
): void {
  try {
    verifyConsistency(earlier, later, proof)
  } catch (cause) {
    if (!(cause instanceof InvalidProof)) throw cause
    throw new ChangedHistory(
      `the ${later.size} entries of now do not continue the ${earlier.size} of then: ${cause.message}`,
      { cause },
    )
  }
}
