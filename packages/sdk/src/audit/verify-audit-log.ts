import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { emptyTree, headOf, withLeaves } from '@chainloop/attestation/merkle/growing-tree'
import { type Hash, leafHash, sameHash } from '@chainloop/attestation/merkle/hashing'
import type { TreeHead } from '@chainloop/attestation/merkle/verify-proof'

import type { LoggedEntry } from './audit-lines.ts'

/** A head that somebody kept, with what verifies its signature. */
export interface KeptHead {
  readonly checkpoint: string
  readonly verifierKey: string
}

/** The history is not the one that a kept head was signed for. */
export class ChangedHistory extends Error {
  override readonly name = 'ChangedHistory'
}

export interface VerifiedLog {
  readonly entries: number
  /** Sizes of the heads that the entries lead to. */
  readonly heads: readonly number[]
}

const BATCH = 1000

/**
 * Recomputes the log from its entries and compares it with every head: what was changed, removed, inserted, moved or
 * cut off leads to another root. In memory: one batch. Throws `ChangedHistory`, `InvalidCheckpoint`.
 */
export async function verifyAuditLog(
  entries: AsyncIterable<LoggedEntry>,
  kept: readonly KeptHead[],
): Promise<VerifiedLog> {
  const heads = kept.map(openHead).toSorted((a, b) => a.size - b.size)
  const waiting = [...heads]
  let tree = emptyTree
  let leaves: Hash[] = []
  const check = (): void => {
    tree = withLeaves(tree, leaves)
    leaves = []
    while (waiting[0]?.size === tree.size) compare(waiting.shift(), headOf(tree))
  }
  check()
  for await (const { position, content } of entries) {
    const expected = tree.size + leaves.length
    if (position !== expected) {
      throw new ChangedHistory(`entry ${expected} is missing: ${position} follows`)
    }
    leaves.push(leafHash(content))
    if (leaves.length === BATCH || expected + 1 === waiting[0]?.size) check()
  }
  check()
  const [missing] = waiting
  if (missing) throw new ChangedHistory(`the entries end at ${tree.size} of ${missing.size}`)
  return { entries: tree.size, heads: heads.map(({ size }) => size) }
}

function openHead({ checkpoint, verifierKey }: KeptHead): TreeHead {
  return openCheckpoint(parseVerifierKey(verifierKey), checkpoint)
}

function compare(head: TreeHead | undefined, found: TreeHead): void {
  if (head && !sameHash(head.root, found.root)) {
    throw new ChangedHistory(`the first ${head.size} entries are not those that were signed`)
  }
}
