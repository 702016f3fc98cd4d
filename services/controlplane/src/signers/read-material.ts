import { X509Certificate } from 'node:crypto'

import { sha256 } from '@chainloop/attestation/digest'
import { describeKey, readPublicKey, UnusableKey } from '@chainloop/attestation/verify/public-key'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import { invalid } from '@chainloop/kit/errors'

import { trustedAuthority, TRUSTED_ROOT_MEDIA_TYPE } from '../signing/trusted-root.ts'
import type { Signer, SignerPurpose } from './signer.ts'

export type SignerMaterial = Pick<Signer, 'kind' | 'fingerprint' | 'material'>

/** What an operator hands over, with the case that says what it is meant to be. */
export type GivenMaterial =
  | { readonly kind: 'public_key'; readonly bytes: Uint8Array }
  | { readonly kind: 'certificate_chain'; readonly bytes: Uint8Array }
  | { readonly kind: 'fulcio'; readonly bytes: Uint8Array }

/** Throws `invalid` for what nobody should be believed for. `own`: DER of this instance's authorities. */
export function readMaterial(
  given: GivenMaterial,
  { own, purpose }: { readonly own: readonly Buffer[]; readonly purpose: SignerPurpose },
): SignerMaterial {
  const text = Buffer.from(given.bytes).toString('utf8')
  if (given.kind === 'public_key') return readKey(text)
  const isPem = text.includes('-----BEGIN CERTIFICATE-----')
  const root =
    given.kind === 'fulcio' && !isPem ? readTrustedRoot(given.bytes, purpose) : readChain(text)
  if (root.certificates.some((der) => own.some((known) => known.equals(der)))) {
    throw unusable('it is an authority of this instance, whose certificates are good for one run')
  }
  return { kind: given.kind, fingerprint: root.fingerprint, material: root.material }
}

function readKey(pem: string): SignerMaterial {
  try {
    const key = readPublicKey(pem)
    return { kind: 'public_key', fingerprint: key.fingerprint, material: Buffer.from(key.pem) }
  } catch (cause) {
    if (!(cause instanceof UnusableKey)) throw cause
    throw unusable(cause.message, cause)
  }
}

interface Root {
  readonly fingerprint: string
  readonly material: Uint8Array
  readonly certificates: readonly Buffer[]
}

/** PEM, issuer of the leaves first, self-signed root last. */
function readChain(text: string): Root {
  const chain = parseChain(text)
  chain.forEach((certificate, index) => {
    assertAuthority(certificate, chain[index + 1] ?? certificate)
  })
  const certificates = chain.map(({ raw }) => Buffer.from(raw))
  return {
    fingerprint: sha256(certificates.at(-1) ?? Buffer.alloc(0)),
    certificates,
    material: trustedRootOf({
      certificateAuthorities: [trustedAuthority({ uri: '', chain: certificates })],
    }),
  }
}

function parseChain(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw unusable('it is not a chain of certificates in PEM')
  try {
    return blocks.map((pem) => new X509Certificate(pem))
  } catch (cause) {
    throw unusable('it holds a certificate that cannot be read', cause)
  }
}

function assertAuthority(certificate: X509Certificate, issuer: X509Certificate): void {
  const name = certificate.subject.replaceAll('\n', ', ')
  if (!certificate.ca) throw unusable(`${name} is not an authority`)
  try {
    describeKey(certificate.publicKey)
  } catch (cause) {
    if (!(cause instanceof UnusableKey)) throw cause
    throw unusable(`the key of ${name}: ${cause.message}`, cause)
  }
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
    throw unusable('it does not lead from one certificate to the next up to a self-signed root')
  }
}

/** Logs are left out for attestations, as nothing that is stored here has been logged there. */
function readTrustedRoot(bytes: Uint8Array, purpose: SignerPurpose): Root {
  const { root } = parsed(bytes)
  const certificates = root.certificateAuthorities.flatMap(({ certChain }) =>
    (certChain?.certificates ?? []).map(({ rawBytes }) => Buffer.from(rawBytes)),
  )
  const last = certificates.at(-1)
  if (!last) throw unusable('it lists no certificate authority')
  const { certificateAuthorities, ctlogs, tlogs, timestampAuthorities } = jsonOf(bytes)
  const logs = purpose === 'materials' && tlogs ? { tlogs } : {}
  return {
    fingerprint: sha256(last),
    certificates,
    material: trustedRootOf({ certificateAuthorities, ctlogs, timestampAuthorities, ...logs }),
  }
}

function parsed(bytes: Uint8Array): ReturnType<typeof parseTrustRoot> {
  try {
    return parseTrustRoot(bytes)
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    throw unusable(cause.message, cause)
  }
}

/** Members of a trusted root, unread. */
export interface TrustedRootJson {
  readonly certificateAuthorities?: readonly unknown[] | undefined
  readonly ctlogs?: readonly unknown[] | undefined
  readonly tlogs?: readonly unknown[] | undefined
  readonly timestampAuthorities?: readonly unknown[] | undefined
}

export function jsonOf(trustedRoot: Uint8Array): TrustedRootJson {
  return JSON.parse(Buffer.from(trustedRoot).toString('utf8')) as TrustedRootJson
}

export function trustedRootOf(members: TrustedRootJson): Buffer {
  return Buffer.from(JSON.stringify({ mediaType: TRUSTED_ROOT_MEDIA_TYPE, ...members }))
}

function unusable(problem: string, cause?: unknown): Error {
  return invalid(`the signer cannot be used: ${problem}`, {
    reason: 'UNUSABLE_SIGNER',
    ...(cause === undefined ? {} : { cause }),
  })
}
