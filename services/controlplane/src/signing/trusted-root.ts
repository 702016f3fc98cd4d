import { createHash, X509Certificate } from 'node:crypto'

import { X509Certificate as ParsedCertificate } from '@sigstore/core'

import { pemCertificate } from './certificate.ts'
import type { Der } from './der.ts'

/** Each chain is DER, own certificate first, root last. */
export interface TrustedChains {
  readonly certificateAuthority: readonly Der[]
  readonly timestampAuthority: readonly Der[]
  readonly otherTimestampAuthorities?: readonly (readonly Der[])[]
}

export const TRUSTED_ROOT_MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1'

/** A Sigstore trusted_root document (sigstore_trustroot.proto), as bytes of JSON. */
export function trustedRoot(instanceUrl: string, chains: TrustedChains): Buffer {
  return Buffer.from(
    `${JSON.stringify(
      {
        mediaType: TRUSTED_ROOT_MEDIA_TYPE,
        certificateAuthorities: [trustedAuthority(instanceUrl, chains.certificateAuthority)],
        timestampAuthorities: [
          trustedAuthority(`${instanceUrl}/tsa`, chains.timestampAuthority),
          ...(chains.otherTimestampAuthorities ?? []).map((chain) => trustedAuthority('', chain)),
        ],
      },
      undefined,
      2,
    )}\n`,
  )
}

/** A member of a trusted root; believed from the day that its root certificate is valid. */
export function trustedAuthority(uri: string, chain: readonly Der[]): object {
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
    validFor: { start: root.validFromDate.toISOString() },
  }
}

function nameOf({ subject }: X509Certificate, attribute: 'O' | 'CN'): string {
  const line = subject.split('\n').find((part) => part.startsWith(`${attribute}=`))
  return line?.slice(attribute.length + 1) ?? ''
}

/** The form that clients of the existing system read: PEM chains by the hex SHA-256 of the first key identifier. */
export function chainsByKeyId(chain: readonly Der[]): Readonly<Record<string, readonly string[]>> {
  const own = chain[0]
  if (own === undefined) return {}
  const keyId = ParsedCertificate.parse(own).extSubjectKeyID?.keyIdentifier
  if (keyId === undefined) throw new TypeError('an authority certificate has no key identifier')
  return { [createHash('sha256').update(keyId).digest('hex')]: chain.map(pemCertificate) }
}
