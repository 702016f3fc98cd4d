import { createHash } from 'node:crypto'

import type { MessageSignature } from '@sigstore/bundle'
import { HashAlgorithm } from '@sigstore/protobuf-specs'

import type { Bundle } from '../bundle/bundle.ts'
import { sha256 } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { InvalidJson, parseJson } from '../json/parse-json.ts'
import { Misshapen, itemsAt, member, objectAt, root } from '../json/shape.ts'
import { STATEMENT_MEDIA_TYPE } from '../predicate/predicate.ts'
import type { Hash } from './public-key.ts'
import { VerificationFailed } from './verification.ts'

/** The hash beside a message signature. */
export const MESSAGE_HASHES: ReadonlyMap<HashAlgorithm, Hash> = new Map([
  [HashAlgorithm.SHA2_256, 'sha256'],
  [HashAlgorithm.SHA2_384, 'sha384'],
  [HashAlgorithm.SHA2_512, 'sha512'],
])

/** What was signed: its bytes, or their digest. */
export type Artifact = Uint8Array | Digest

/** The bytes that a message signature is over; none when only their digest is known. */
export function signedBytes(artifact: Artifact | undefined): Uint8Array {
  if (artifact !== undefined) return artifact instanceof Uint8Array ? artifact : new Uint8Array()
  throw new VerificationFailed(
    'artifact_missing',
    'the bundle signs an artifact, whose bytes or digest are needed to verify it',
  )
}

/** The digest beside a message signature is a hint; one that misleads is refused. */
export function assertMessageDigest({ messageDigest }: MessageSignature, artifact: Artifact): void {
  const algorithm = MESSAGE_HASHES.get(messageDigest.algorithm)
  const found = `${algorithm ?? 'unknown'}:${messageDigest.digest.toString('hex')}`
  if (!digestsOf(artifact).includes(found)) {
    throw new VerificationFailed(
      'artifact_mismatch',
      'the digest in the bundle is not that of the artifact',
    )
  }
}

/** The artifact is one of the subjects of the signed statement. */
export function assertSubject({ envelope }: Bundle, artifact: Artifact | undefined): void {
  if (!envelope || artifact === undefined) return
  const digests = new Set(digestsOf(artifact))
  if (!subjectsOf(envelope).some((digest) => digests.has(digest))) {
    const shown = artifact instanceof Uint8Array ? sha256(artifact) : artifact
    throw new VerificationFailed('artifact_mismatch', `no subject of the statement is ${shown}`)
  }
}

/** `algorithm:hex`; of bytes in every algorithm that a subject may be known by. */
function digestsOf(artifact: Artifact): string[] {
  if (!(artifact instanceof Uint8Array)) return [artifact]
  return [...MESSAGE_HASHES.values()].map(
    (algorithm) => `${algorithm}:${createHash(algorithm).update(artifact).digest('hex')}`,
  )
}

function subjectsOf({ payload, payloadType }: NonNullable<Bundle['envelope']>): string[] {
  if (payloadType !== STATEMENT_MEDIA_TYPE) return []
  try {
    const subjects = itemsAt(member(root(parseJson(payload)), 'subject'))
    return subjects.flatMap((subject) =>
      Object.entries(objectAt(member(subject, 'digest'))).map(
        ([name, hex]) => `${name}:${typeof hex === 'string' ? hex : ''}`,
      ),
    )
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) return []
    throw cause
  }
}
