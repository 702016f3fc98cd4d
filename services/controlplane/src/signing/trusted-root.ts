import { createHash, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { logKeyId } from '@chainloop/attestation/merkle/checkpoint'
import { X509Certificate as ParsedCertificate } from '@sigstore/core'

import { pemCertificate } from './certificate.ts'
import type { Der } from './der.ts'
import { spkiOf } from './signing-key.ts'

/** DER, own certificate first, root last, and until when it is believed. */
export interface TrustedChain {
  readonly chain: readonly Der[]
  readonly uri: string
  readonly end?: Date | undefined
}

export interface TrustedKey {
  readonly publicKey: KeyObject
  readonly start: Date
  readonly end?: Date | undefined
}

export interface TrustedParties {
  readonly instanceUrl: string
  readonly certificateAuthorities: readonly TrustedChain[]
  readonly timestampAuthorities: readonly TrustedChain[]
  readonly ctLogs: readonly TrustedKey[]
  /** Of one organization's log, under the name that its heads have. */
  readonly log?: { readonly origin: string; readonly keys: readonly TrustedKey[] } | undefined
}

export const TRUSTED_ROOT_MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1'

/** A Sigstore trusted_root document (sigstore_trustroot.proto), as bytes of JSON. */
export function trustedRoot(parties: TrustedParties): Buffer {
  const { instanceUrl, certificateAuthorities, timestampAuthorities, ctLogs, log } = parties
  const document = {
    mediaType: TRUSTED_ROOT_MEDIA_TYPE,
    certificateAuthorities: certificateAuthorities.map(trustedAuthority),
    timestampAuthorities: timestampAuthorities.map(trustedAuthority),
    ...(ctLogs.length > 0 && { ctlogs: ctLogs.map((key) => trustedCtLog(instanceUrl, key)) }),
    ...(log && { tlogs: log.keys.map((key) => trustedLog(log.origin, key)) }),
  }
  return jsonFile(document)
}

export function jsonFile(document: object): Buffer {
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`)
}

/** A member of a trusted root; believed from the day that its root certificate is valid. */
export function trustedAuthority({ chain, uri, end }: TrustedChain): object {
  const root = new X509Certificate(chain.at(-1) ?? Buffer.alloc(0))
  return {
    subject: {
      organization: nameOf(root, 'O'),
      commonName: nameOf(root, 'CN'),
    },
    uri,
    certChain: {
      certificates: chain.map((certificate) => ({ rawBytes: certificate.toString('base64') })),
    },
    validFor: window(root.validFromDate, end),
  }
}

function trustedCtLog(instanceUrl: string, { publicKey, start, end }: TrustedKey): object {
  const spki = spkiOf(publicKey)
  return {
    baseUrl: `${instanceUrl}/ct`,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: window(start, end),
    },
    logId: { keyId: createHash('sha256').update(spki).digest('base64') },
  }
}

function trustedLog(origin: string, { publicKey, start, end }: TrustedKey): object {
  return {
    baseUrl: `https://${origin}`,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spkiOf(publicKey).toString('base64'),
      keyDetails: 'PKIX_ED25519',
      validFor: window(start, end),
    },
    logId: { keyId: logKeyId({ origin, publicKey }).toString('base64') },
  }
}

function window(start: Date, end: Date | undefined): object {
  return { start: start.toISOString(), ...(end && { end: end.toISOString() }) }
}

function nameOf({ subject }: X509Certificate, attribute: 'O' | 'CN'): string {
  const line = subject.split('\n').find((part) => part.startsWith(`${attribute}=`))
  return line?.slice(attribute.length + 1) ?? ''
}

/** The form that clients of the existing system read: PEM chains by the hex SHA-256 of the first key identifier. */
export function chainsByKeyId(
  chains: readonly (readonly Der[])[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(chains.map((chain) => [keyIdOf(chain), chain.map(pemCertificate)]))
}

function keyIdOf([own = Buffer.alloc(0)]: readonly Der[]): string {
  const keyId = ParsedCertificate.parse(own).extSubjectKeyID?.keyIdentifier
  if (keyId === undefined) throw new TypeError('an authority certificate has no key identifier')
  return createHash('sha256').update(keyId).digest('hex')
}
