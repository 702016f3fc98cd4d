import { createHash, X509Certificate } from 'node:crypto'

import { X509Certificate as ParsedCertificate } from '@sigstore/core'

import type { Authority } from './authority.ts'
import {
  EMPTY_NAME,
  keyIdentifier,
  keyIdentifierExtensions,
  pemCertificate,
  signCertificate,
  signerExtensions,
} from './certificate.ts'
import { certificateStamp } from './ct-log.ts'
import { randomSerial, sequence } from './der.ts'
import type { Der } from './der.ts'
import { identityExtensions } from './run-identity.ts'
import type { RunIdentity } from './run-identity.ts'
import type { SigningKey } from './signing-key.ts'

export interface IssuedCertificate {
  /** PEM: leaf first, root last. */
  readonly chain: readonly string[]
  /** Lower-case hex of the serial number's octets. */
  readonly serial: string
  /** `sha256:<hex>` of the leaf's DER. */
  readonly fingerprint: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Certifies keys of CI jobs, and nothing else. */
export interface JobCa {
  issue(identity: RunIdentity, spki: Uint8Array): Promise<IssuedCertificate>
  /** DER: issuer first, root last. */
  readonly chain: readonly Der[]
}

export const CERTIFICATE_LIFETIME_MS = 10 * 60 * 1000
/** The timestamp authority's clock has whole seconds, and other machines' clocks are a little off. */
export const BACKDATED_MS = 60 * 1000

/** Where there is a key of a certificate log, each certificate carries its timestamp. */
export function jobCa(
  { key, chain }: Authority,
  { clock, ctLog }: { readonly clock: () => Date; readonly ctLog?: () => SigningKey },
): JobCa {
  const { issuerName, issuerKeyId } = issuerOf(chain)
  return {
    chain,
    async issue(identity, spki) {
      const now = clock()
      const [notBefore, notAfter] = [
        new Date(+now - BACKDATED_MS),
        new Date(+now + CERTIFICATE_LIFETIME_MS),
      ]
      const serial = randomSerial()
      const leaf = await signCertificate(
        {
          serial,
          subject: EMPTY_NAME,
          issuer: issuerName,
          spki,
          notBefore,
          notAfter,
          extensions: [
            ...signerExtensions('codeSigning'),
            ...keyIdentifierExtensions(keyIdentifier(spki), issuerKeyId),
            ...identityExtensions(identity),
          ],
        },
        key,
        ctLog && certificateStamp(ctLog(), { issuerSpki: key.spki, now }),
      )
      return {
        chain: [leaf, ...chain].map(pemCertificate),
        serial: serial.toString('hex'),
        fingerprint: fingerprintOf(leaf),
        notBefore,
        notAfter,
      }
    },
  }
}

export function fingerprintOf(certificate: Uint8Array): string {
  return `sha256:${createHash('sha256').update(certificate).digest('hex')}`
}

/** Name and key identifier as the issuer's certificate has them: verifiers find issuers by these bytes. */
function issuerOf(chain: readonly Der[]): { issuerName: Der; issuerKeyId: Buffer } {
  const own = chain[0]
  if (own === undefined || !new X509Certificate(own).ca) {
    throw new TypeError('the certificate of the job CA is not one of an authority')
  }
  const { subject, extSubjectKeyID } = ParsedCertificate.parse(own)
  if (!extSubjectKeyID) throw new TypeError('the certificate of the job CA has no key identifier')
  return { issuerName: sequence(subject), issuerKeyId: extSubjectKeyID.keyIdentifier }
}
