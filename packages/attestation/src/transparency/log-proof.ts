import { encodeBase64 } from '../json/base64.ts'
import type { JsonObject } from '../json/json-value.ts'
import type { Hash } from '../merkle/hashing.ts'
import { SIGNATURE_ENTRY } from './signature-entry.ts'

/** That an entry is in the tree of a signed head. */
export interface LogProof {
  /** Exact bytes of the entry. */
  readonly body: Uint8Array
  /** From 0. */
  readonly index: number
  /** 32 bytes that name the log's key. */
  readonly logId: Uint8Array
  readonly head: { readonly size: number; readonly root: Hash }
  /** From the leaf upwards (RFC 6962 §2.1.1). */
  readonly hashes: readonly Hash[]
  /** The signed note over the head. */
  readonly checkpoint: string
}

/**
 * An element of `verificationMaterial.tlogEntries` of a bundle (sigstore_rekor.proto, TransparencyLogEntry). It tells no
 * time: logs of this kind do not.
 */
export function logEntryJson(proof: LogProof): JsonObject {
  const { body, index, logId, head, hashes, checkpoint } = proof
  return {
    logIndex: String(index),
    logId: { keyId: encodeBase64(logId) },
    kindVersion: { ...SIGNATURE_ENTRY },
    inclusionProof: {
      logIndex: String(index),
      rootHash: encodeBase64(head.root),
      treeSize: String(head.size),
      hashes: hashes.map((hash) => encodeBase64(hash)),
      checkpoint: { envelope: checkpoint },
    },
    canonicalizedBody: encodeBase64(body),
  }
}
