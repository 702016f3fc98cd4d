import { logKeyId, openCheckpoint, signerOf } from '@chainloop/attestation/merkle/checkpoint'
import type { LogProof } from '@chainloop/attestation/transparency/log-proof'

import type { Db } from '../db/db.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { proveInclusion } from '../evidence-logs/prove.ts'
import type { LogKeys } from '../signing/log-keys.ts'
import type { PlacedEntry } from './entry-repo.ts'

/** That the entry is in the tree of the head that was signed when it came: the same proof for ever. */
export async function proveEntry(
  { db, keys }: { readonly db: Db; readonly keys: Pick<LogKeys, 'verifiers'> },
  organizationId: string,
  { position: index, body }: PlacedEntry,
): Promise<LogProof> {
  const log = await logs.find(db, { organizationId, kind: 'transparency' })
  const signed = log && (await logs.findHeadOver(db, log, index))
  if (!signed) throw new Error(`no head of log ${log?.id ?? ''} covers entry ${index}`)
  const { checkpoint } = signed
  const signer = signerOf(
    checkpoint,
    keys.verifiers.map(({ publicKey }) => publicKey),
  )
  if (!signer) throw new Error(`a head of log ${log.id} is of no key of this instance`)
  const head = openCheckpoint(signer, checkpoint)
  const hashes = await proveInclusion(db, log, { index, size: head.size })
  return { body, index, logId: logKeyId(signer), head, hashes, checkpoint }
}
