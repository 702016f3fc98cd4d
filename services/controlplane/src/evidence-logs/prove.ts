import type { Hash } from '@chainloop/attestation/merkle/hashing'
import {
  consistencyParts,
  inclusionParts,
  type ProofPart,
} from '@chainloop/attestation/merkle/proof-parts'
import { fold } from '@chainloop/attestation/merkle/tree'

import type { Db } from '../db/db.ts'
import * as logs from './log-repo.ts'

/** That leaf `index` is in the first `size` leaves; for `verifyInclusion`. */
export function proveInclusion(
  db: Db,
  log: logs.Log,
  { index, size }: { index: number; size: number },
): Promise<Hash[]> {
  return prove(db, log, inclusionParts(index, size))
}

/** That the first `size` leaves continue the first `earlier` ones; for `verifyConsistency`. */
export function proveConsistency(
  db: Db,
  log: logs.Log,
  { earlier, size }: { earlier: number; size: number },
): Promise<Hash[]> {
  return prove(db, log, consistencyParts(earlier, size))
}

/** One query, whatever the size of the log: about as many nodes as the square of its depth. */
async function prove(db: Db, log: logs.Log, parts: readonly ProofPart[]): Promise<Hash[]> {
  const nodes = await logs.nodes(db, log, parts.flat())
  let at = 0
  return parts.map((part) => {
    const hashes = nodes.slice(at, at + part.length).map(({ hash }) => hash)
    at += part.length
    return fold(hashes)
  })
}
