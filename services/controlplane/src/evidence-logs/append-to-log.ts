import { type NoteSigner, signCheckpoint } from '@chainloop/attestation/merkle/checkpoint'
import type { Hash } from '@chainloop/attestation/merkle/hashing'
import { edgeOf, fold, grow, type Node } from '@chainloop/attestation/merkle/tree'

import type { Db } from '../db/db.ts'
import * as logs from './log-repo.ts'

/** Adds leaves to a locked log and signs its new head. Wants the transaction that locked it. */
export async function appendToLog(
  tx: Db,
  {
    log,
    origin,
    keys,
  }: { log: logs.Log; origin: string; keys: { signers: readonly NoteSigner[] } },
  leaves: readonly Hash[],
): Promise<void> {
  const edge = await logs.nodes(tx, log, edgeOf(log.size))
  const { size, nodes } = grow({ size: log.size, edge }, leaves)
  const known = new Map([...edge, ...nodes].map((node) => [address(node), node.hash]))
  const hashes = edgeOf(size).flatMap((node) => known.get(address(node)) ?? [])
  const checkpoint = await signCheckpoint(
    { origin, signers: keys.signers },
    { size, root: fold(hashes) },
  )
  await logs.append(tx, log, { size, nodes, checkpoint })
}

function address({ level, position }: Pick<Node, 'level' | 'position'>): string {
  return `${level}/${position}`
}
