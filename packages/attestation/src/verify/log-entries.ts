import type { TransparencyLogEntry } from '@sigstore/bundle'
import type { TrustedRoot } from '@sigstore/protobuf-specs'

import { VerificationFailed } from './verification.ts'

/**
 * What `@sigstore/verify` leaves open about entries that it has verified: that the proof names the root and the size of
 * its checkpoint, that the indexes fit, and that the log's key was to be believed when the signature was made.
 */
export function assertLogEntries(
  entries: readonly TransparencyLogEntry[],
  root: TrustedRoot,
  times: readonly Date[],
): void {
  for (const entry of entries) {
    assertIndexes(entry)
    assertProof(entry)
    if (!entry.inclusionPromise) assertKeyWindow(entry, root, times)
  }
}

function assertIndexes({ logIndex, inclusionProof, kindVersion }: TransparencyLogEntry): void {
  if (!isIndex(logIndex)) invalid('its index is not a number from 0 up')
  if (!inclusionProof) return
  if (!isIndex(inclusionProof.logIndex)) invalid('the index of its proof is not a number from 0 up')
  // Logs of the first version number entries across shards, so that theirs may differ.
  if (isOfSecondVersion(kindVersion) && logIndex !== inclusionProof.logIndex) {
    invalid('its index is not that of its proof')
  }
}

/** Rekor v2 has two kinds of entries, both at 0.0.2; v1 has `intoto` at 0.0.2 and those two at 0.0.1. */
function isOfSecondVersion(kind: TransparencyLogEntry['kindVersion']): boolean {
  return kind?.version === '0.0.2' && kind.kind !== 'intoto'
}

function assertProof({ inclusionProof }: TransparencyLogEntry): void {
  const checkpoint = inclusionProof?.checkpoint?.envelope
  if (!inclusionProof || checkpoint === undefined) return
  const [, size, rootHash] = checkpoint.split('\n')
  if (size !== inclusionProof.treeSize)
    invalid('the size in its proof is not that of the checkpoint')
  if (rootHash !== inclusionProof.rootHash.toString('base64')) {
    invalid('the root hash in its proof is not that of the checkpoint')
  }
}

function assertKeyWindow(
  { logId }: TransparencyLogEntry,
  { tlogs }: TrustedRoot,
  times: readonly Date[],
): void {
  const windows = tlogs
    .filter((log) =>
      [log.logId, log.checkpointKeyId].some((id) => id && logId.keyId.equals(id.keyId)),
    )
    .map((log) => log.publicKey?.validFor)
  const believed = (time: Date): boolean =>
    windows.some((window) => {
      const { start, end } = window ?? {}
      return start !== undefined && start <= time && (end === undefined || time <= end)
    })
  if (!times.every(believed)) invalid('the key of the log was not to be believed at that time')
}

function isIndex(index: string): boolean {
  return /^\d+$/.test(index)
}

function invalid(problem: string): never {
  throw new VerificationFailed('log_entry_invalid', `an entry of a transparency log: ${problem}`)
}
