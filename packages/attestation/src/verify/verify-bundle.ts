import type { KeyObject } from 'node:crypto'

import { ValidationError, bundleFromJSON } from '@sigstore/bundle'
import type { Bundle as SigstoreBundle } from '@sigstore/bundle'
import { PolicyError, VerificationError, Verifier, toSignedEntity } from '@sigstore/verify'
import type { Signer } from '@sigstore/verify'

import { InvalidBundle, parseBundle } from '../bundle/bundle.ts'
import type { Bundle } from '../bundle/bundle.ts'
import { assertMessageDigest, assertSubject, signedBytes } from './artifact.ts'
import type { Artifact } from './artifact.ts'
import { assertIdentity } from './identity.ts'
import type { ExpectedIdentity } from './identity.ts'
import { assertLogEntries } from './log-entries.ts'
import { readPublicKey, UnusableKey } from './public-key.ts'
import { assertPresent, readCertificate, requirementsOf } from './requirements.ts'
import type { Requirements } from './requirements.ts'
import { signatureContent } from './signature-content.ts'
import { isOfListed, readTimestamps } from './timestamps.ts'
import type { Stamp } from './timestamps.ts'
import { trustMaterialOf } from './trust-material.ts'
import { EMPTY_TRUST_ROOT } from './trust-root.ts'
import type { TrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'
import type {
  VerificationCode,
  Verified,
  VerifiedIdentity,
  VerifiedTimestamp,
} from './verification.ts'

export interface VerifyOptions extends ExpectedIdentity {
  /** Exact bytes of the bundle. */
  readonly bundle: Uint8Array
  /** From `parseTrustRoot`. May only be left out where a key is given. */
  readonly trust?: TrustRoot | undefined
  /** What a message signature is over; of a statement, a subject that it must have. */
  readonly artifact?: Artifact | undefined
  /** PEM of the public key that the signature must be of; bundles with a certificate are then refused. */
  readonly key?: string | undefined
  /** A timestamp authority must have told the time, whatever else the root lists. Default false. */
  readonly requireRfc3161?: boolean | undefined
  /** Timestamps of authorities that the root does not list are refused, not passed over. Default false. */
  readonly everyTimestamp?: boolean | undefined
  /** Times of signing after this one are refused. Default: any. */
  readonly now?: Date | undefined
}

/** What the bundle proves to somebody who trusts the root (or key). Throws `VerificationFailed`. */
export function verifyBundle(options: VerifyOptions): Verified {
  const { trust = EMPTY_TRUST_ROOT, artifact, requireRfc3161 = false } = options
  const bundle = readBundle(options.bundle)
  const key = assertSigner(bundle, options)
  const requirements = requirementsOf(trust, bundle)
  assertPresent(bundle, requirements, { requireRfc3161 })
  const stamps = readTimestamps(bundle)
  const known = stamps.filter((stamp) => isOfListed(stamp, trust))
  assertKnownTimestamps(stamps, known, options)

  const parsed = withoutStrangers(toSigstore(bundle), { trust, known })
  assertNoRoot(parsed)
  const payload = bundle.envelope?.payload ?? signedBytes(artifact)
  const signer = verify(parsed, { trust, requirements, key, artifact })
  const timestamps = timestampsOf(
    parsed,
    known.map(({ time }) => time),
  )
  assertLogEntries(
    parsed.verificationMaterial.tlogEntries,
    trust.root,
    timestamps.map(({ time }) => time),
  )
  assertNotLater(timestamps, options.now)
  if (parsed.content.$case === 'messageSignature')
    assertMessageDigest(parsed.content.messageSignature, artifact ?? payload)
  assertSubject(bundle, artifact)

  const identity = identityOf(bundle, signer)
  assertIdentity(options, identity)
  return {
    payload,
    ...(bundle.envelope && { payloadType: bundle.envelope.payloadType }),
    ...(bundle.certificate && { certificate: bundle.certificate }),
    ...(identity && { identity }),
    timestamps,
  }
}

function readBundle(bytes: Uint8Array): Bundle {
  try {
    return parseBundle(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidBundle)) throw cause
    throw new VerificationFailed('bundle_malformed', cause.message, { cause })
  }
}

/** The bundle is signed by what the caller wants to verify with. */
function assertSigner(
  { certificate, publicKeyHint }: Bundle,
  { key, trust }: Pick<VerifyOptions, 'key' | 'trust'>,
): KeyObject | undefined {
  if (certificate === undefined && publicKeyHint === undefined) {
    throw new VerificationFailed(
      'material_missing',
      'the bundle has neither a certificate nor the hint of a key',
    )
  }
  if (publicKeyHint !== undefined && key === undefined) {
    throw new VerificationFailed(
      'key_missing',
      'the bundle was signed with a key, and none was given',
    )
  }
  if (certificate && key !== undefined) {
    throw new VerificationFailed(
      'key_missing',
      'the bundle was signed with a certificate, not with the given key',
    )
  }
  if (certificate && !trust) {
    throw new VerificationFailed(
      'trust_root_malformed',
      'a certificate cannot be verified without a trusted root',
    )
  }
  return key === undefined ? undefined : readKey(key)
}

function readKey(pem: string): KeyObject {
  try {
    return readPublicKey(pem).key
  } catch (cause) {
    if (!(cause instanceof UnusableKey)) throw cause
    throw new VerificationFailed('key_missing', `the given key cannot be used: ${cause.message}`, {
      cause,
    })
  }
}

function assertKnownTimestamps(
  stamps: readonly Stamp[],
  known: readonly Stamp[],
  { trust, everyTimestamp = false }: VerifyOptions,
): void {
  const missing = everyTimestamp ? known.length < stamps.length : known.length === 0
  if (stamps.length === 0 || !missing || trust === undefined) return
  throw new VerificationFailed(
    'timestamp_invalid',
    'a timestamp is not of an authority that the trusted root lists',
  )
}

/**
 * What timestamp authorities and logs say that the root does not list proves nothing, and is passed over: a bundle may
 * carry more than one verifier trusts. What is left has to be right, all of it.
 */
function withoutStrangers(
  bundle: SigstoreBundle,
  { trust, known }: { readonly trust: TrustRoot; readonly known: readonly Stamp[] },
): SigstoreBundle {
  const { verificationMaterial } = bundle
  const rfc3161Timestamps = known.map(({ der }) => ({ signedTimestamp: Buffer.from(der) }))
  const tlogEntries = trust.listsLogs ? verificationMaterial.tlogEntries : []
  const listed = {
    ...verificationMaterial,
    tlogEntries,
    timestampVerificationData: { rfc3161Timestamps },
  }
  return { ...bundle, verificationMaterial: listed }
}

function toSigstore(bundle: Bundle): SigstoreBundle {
  try {
    return bundleFromJSON(bundle.json)
  } catch (cause) {
    const problem = cause instanceof ValidationError ? cause.message : 'it cannot be read'
    throw new VerificationFailed('bundle_malformed', `not a Sigstore bundle: ${problem}`, { cause })
  }
}

/** Roots come from whom the verifier trusts; a chain that brings its own means to be believed for it. */
function assertNoRoot({ verificationMaterial: { content } }: SigstoreBundle): void {
  if (content.$case !== 'x509CertificateChain') return
  const roots = content.x509CertificateChain.certificates.filter(({ rawBytes }) =>
    readCertificate(rawBytes, ({ subject, issuer }) => subject.equals(issuer)),
  )
  if (roots.length > 0) {
    throw new VerificationFailed(
      'bundle_malformed',
      'the certificate chain of the bundle holds a root',
    )
  }
}

function verify(
  bundle: SigstoreBundle,
  given: {
    readonly trust: TrustRoot
    readonly requirements: Requirements
    readonly key: KeyObject | undefined
    readonly artifact: Artifact | undefined
  },
): Signer {
  const { trust, requirements, key, artifact } = given
  const findKey = (): { publicKey: KeyObject; validFor: () => boolean } => {
    if (!key)
      throw new VerificationFailed(
        'key_missing',
        'the bundle was signed with a key, and none was given',
      )
    return { publicKey: key, validFor: () => true }
  }
  try {
    const material = { ...trustMaterialOf(trust), publicKey: findKey }
    const verifier = new Verifier(material, requirements)
    return verifier.verify({
      ...toSignedEntity(bundle),
      signature: signatureContent(bundle, artifact),
    })
  } catch (cause) {
    throw translated(cause)
  }
}

const CODES: Readonly<Record<VerificationError['code'], VerificationCode>> = {
  NOT_IMPLEMENTED_ERROR: 'bundle_malformed',
  TLOG_ERROR: 'log_entry_invalid',
  TLOG_INCLUSION_PROOF_ERROR: 'log_entry_invalid',
  TLOG_INCLUSION_PROMISE_ERROR: 'log_entry_invalid',
  TLOG_MISSING_INCLUSION_ERROR: 'log_entry_invalid',
  TLOG_BODY_ERROR: 'log_entry_invalid',
  CERTIFICATE_ERROR: 'certificate_untrusted',
  PUBLIC_KEY_ERROR: 'key_missing',
  SIGNATURE_ERROR: 'signature_invalid',
  TIMESTAMP_ERROR: 'timestamp_invalid',
}

/** The library throws errors of its own, and those of the language on input that it did not expect. */
function translated(cause: unknown): VerificationFailed {
  if (cause instanceof VerificationFailed) return cause
  if (cause instanceof PolicyError) {
    return new VerificationFailed('identity_mismatch', cause.message, { cause })
  }
  if (!(cause instanceof VerificationError)) {
    return new VerificationFailed(
      'bundle_malformed',
      'the bundle cannot be verified: it is malformed',
      { cause },
    )
  }
  const code = /\bSCT/.test(cause.message) ? 'sct_invalid' : CODES[cause.code]
  return new VerificationFailed(code, cause.message.toLowerCase(), { cause })
}

/** All of them were verified by now; an entry without a promise tells no time. */
function timestampsOf(bundle: SigstoreBundle, stamped: readonly Date[]): VerifiedTimestamp[] {
  const logged = bundle.verificationMaterial.tlogEntries
    .filter(({ inclusionPromise, integratedTime }) => inclusionPromise && integratedTime !== '0')
    .map(({ integratedTime }) => new Date(Number(integratedTime) * 1000))
  const timestamps: VerifiedTimestamp[] = [
    ...stamped.map((time) => ({ source: 'timestamp-authority' as const, time })),
    ...logged.map((time) => ({ source: 'transparency-log' as const, time })),
  ]
  return timestamps.toSorted((a, b) => a.time.getTime() - b.time.getTime())
}

function assertNotLater(timestamps: readonly VerifiedTimestamp[], now: Date | undefined): void {
  const later = timestamps.find(({ time }) => now !== undefined && time > now)
  if (later) {
    throw new VerificationFailed(
      'timestamp_invalid',
      `a timestamp is of the future: ${later.time.toISOString()}`,
    )
  }
}

function identityOf({ certificate }: Bundle, { identity }: Signer): VerifiedIdentity | undefined {
  if (!certificate) return undefined
  return { subject: identity?.subjectAlternativeName, issuer: identity?.extensions?.issuer }
}
