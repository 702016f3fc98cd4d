import { createHash, timingSafeEqual } from 'node:crypto'

import type { Bundle as SigstoreBundle, MessageSignature } from '@sigstore/bundle'
import type { SignedEntity } from '@sigstore/verify'

import { pae } from '../dsse/pae.ts'
import { MESSAGE_HASHES } from './artifact.ts'
import type { Artifact } from './artifact.ts'
import { isDigestSignedBy, isSignedBy } from './public-key.ts'
import { VerificationFailed } from './verification.ts'

type SignatureContent = SignedEntity['signature']
type Key = Parameters<SignatureContent['verifySignature']>[0]

/**
 * What the signature is over, as `@sigstore/verify` asks for it. It goes by the type of the key, where the library has
 * one default for all, and it needs no more than the digest of an artifact.
 */
export function signatureContent(
  { content }: SigstoreBundle,
  artifact: Artifact | undefined,
): SignatureContent {
  if (content.$case === 'dsseEnvelope') {
    const { payload, payloadType, signatures } = content.dsseEnvelope
    const signed = pae(payloadType, payload)
    return comparing(signatures[0]?.sig ?? Buffer.alloc(0), {
      content: digestOf(payload),
      signed: digestOf(signed),
      verify: (key, signature) => isSignedBy(key, signed, signature),
    })
  }
  const { messageDigest, signature } = content.messageSignature
  const { digest } = messageDigest
  return comparing(signature, {
    content: digest,
    signed: digest,
    verify: (key) =>
      artifact instanceof Uint8Array
        ? isSignedBy(key, artifact, signature)
        : isSignedDigest(key, content.messageSignature, artifact),
  })
}

interface Signed {
  /** Of what the signer meant, and of the bytes that were signed: an envelope signs more than its payload. */
  readonly content: Buffer
  readonly signed: Buffer
  readonly verify: (key: Key, signature: Buffer) => boolean
}

function comparing(signature: Buffer, { content, signed, verify }: Signed): SignatureContent {
  return {
    signature,
    compareSignature: (other) => isEqual(other, signature),
    compareDigest: (other) => isEqual(other, content),
    compareSignedDigest: (other) => isEqual(other, signed),
    verifySignature: (key) => verify(key, signature),
  }
}

function isSignedDigest(
  key: Key,
  { messageDigest, signature }: MessageSignature,
  artifact: Exclude<Artifact, Uint8Array> | undefined,
): boolean {
  const hash = MESSAGE_HASHES.get(messageDigest.algorithm)
  const given = artifact?.slice(artifact.indexOf(':') + 1)
  if (hash === undefined || given === undefined || artifact?.startsWith(`${hash}:`) !== true) {
    throw new VerificationFailed(
      'artifact_missing',
      'the bundle signs an artifact, whose bytes are needed to verify it',
    )
  }
  const digest = Buffer.from(given, 'hex')
  const verified = isDigestSignedBy(key, { hash, digest }, signature)
  if (verified !== undefined) return verified
  throw new VerificationFailed(
    'artifact_missing',
    'signatures of this key cannot be verified by a digest; the bytes of the artifact are needed',
  )
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
