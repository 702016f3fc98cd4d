import { parseDigest, sha256, type Digest } from '@chainloop/attestation/digest'
import { PREDICATE_TYPE, STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'
import {
  mergeTrustRoots,
  parseTrustRoot,
  type TrustRoot,
} from '@chainloop/attestation/verify/trust-root'
import {
  VerificationFailed,
  type Expected,
  type Verified,
} from '@chainloop/attestation/verify/verification'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { assertInWindow, registeredSigner, type SignerKey } from './registered-signer.ts'
import { fetchTrustedRoot } from './trusted-root.ts'

export interface VerifyInput {
  /** Exact bytes of the bundle, or the digest of an attestation that the control plane stores. */
  readonly bundle: Uint8Array | Digest
  /** Bytes of Sigstore `trusted_root.json` files, taken together. Default: the control plane's, when a client is given. */
  readonly trustedRoots?: readonly Uint8Array[] | undefined
  /** Bytes that were signed, or the bytes or digest of a subject that the statement must have. */
  readonly artifact?: Uint8Array | Digest | undefined
  /** PEM of the public key that must have signed. A root is not needed then; with one, what it asks for is, too. */
  readonly key?: string | undefined
  /** Who must have signed: the subject alternative name of the certificate, exactly or as a pattern. */
  readonly identity?: Expected | undefined
  /** Who must have vouched for the identity. */
  readonly issuer?: Expected | undefined
}

export interface VerifiedAttestation extends Verified {
  /** SHA-256 of the bundle's exact bytes: the name of the attestation. */
  readonly digest: Digest
}

/**
 * Verifies a bundle and says what it proves. Without a client nothing is asked of anybody. What has to be in
 * the bundle (timestamp, log proof) follows from the trusted root. Rejects with `VerificationFailed`.
 */
export async function verifyAttestation(
  input: VerifyInput,
  client?: Pick<Client, 'runs' | 'trust' | 'signers'>,
): Promise<VerifiedAttestation> {
  const bundle =
    typeof input.bundle === 'string' ? await fetchBundle(input.bundle, client) : input.bundle
  const signer = await signerOf(input, bundle, client)
  const { artifact, key = signer?.key, identity, issuer } = input
  const trust = await trustOf(input, client)
  const verified = verifyBundle({ bundle, trust, artifact, key, identity, issuer })
  if (signer) assertInWindow(signer, verified)
  assertExpected(input, verified)
  return { ...verified, digest: sha256(bundle) }
}

/** Of a stored bundle the control plane knows the key. */
async function signerOf(
  { bundle: asked, key }: VerifyInput,
  bundle: Uint8Array,
  client: Pick<Client, 'signers'> | undefined,
): Promise<SignerKey | undefined> {
  return typeof asked === 'string' && key === undefined
    ? registeredSigner(bundle, client)
    : undefined
}

/**
 * Every job has a certificate and can sign anything with it: where nobody in particular is expected, only
 * attestations count, which the control plane compares with what it knows.
 */
function assertExpected(
  { key, identity }: Pick<VerifyInput, 'key' | 'identity'>,
  { payload, payloadType }: Verified,
): void {
  if (key !== undefined || identity !== undefined) return
  const type = payloadType === STATEMENT_MEDIA_TYPE ? predicateTypeOf(payload) : payloadType
  if (type === PREDICATE_TYPE) return
  throw new VerificationFailed(
    'statement_unexpected',
    `it is no attestation but ${type ?? 'a bare signature'}; say who must have signed that, by identity or key`,
  )
}

function predicateTypeOf(payload: Uint8Array): string {
  const { predicateType }: { predicateType?: unknown } = JSON.parse(
    new TextDecoder().decode(payload),
  )
  return String(predicateType)
}

/** Undefined: a key was given, and nothing else is to be believed. */
async function trustOf(
  { trustedRoots = [], key }: VerifyInput,
  client: Pick<Client, 'trust'> | undefined,
): Promise<TrustRoot | undefined> {
  if (trustedRoots.length > 0) return mergeTrustRoots(trustedRoots.map(parseTrustRoot))
  if (key !== undefined) return undefined
  if (client === undefined) {
    throw new VerificationFailed('trust_root_malformed', 'there is no trusted root to verify with')
  }
  return parseTrustRoot(await fetchTrustedRoot(client, 'attestations'))
}

/** What arrives must be what was asked for, whoever sends it. */
async function fetchBundle(
  digest: Digest,
  client: Pick<Client, 'runs'> | undefined,
): Promise<Uint8Array> {
  if (client === undefined) {
    throw new VerificationFailed('bundle_malformed', 'a digest alone cannot be verified offline')
  }
  const { result } = await client.runs.view({ ref: { case: 'digest', value: parseDigest(digest) } })
  const bundle = answered(result?.attestation?.bundle, 'a bundle')
  if (sha256(bundle) !== digest) {
    throw new VerificationFailed(
      'bundle_malformed',
      `the server sent another bundle than ${digest}`,
    )
  }
  return bundle
}
