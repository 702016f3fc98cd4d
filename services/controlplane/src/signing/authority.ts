import { randomBytes, X509Certificate } from 'node:crypto'

import {
  authorityExtensions,
  distinguishedName,
  extension,
  keyIdentifier,
  keyIdentifierExtensions,
  pemCertificate,
  signCertificate,
  signerExtensions,
  uriNameExtension,
} from './certificate.ts'
import type { Der } from './der.ts'
import { utf8String } from './der.ts'
import { OIDS } from './oids.ts'
import { generateKey, keyFromPem } from './signing-key.ts'
import type { ExportableKey, SigningKey } from './signing-key.ts'

/** A key, its certificate and what that certificate hangs on. */
export interface Authority {
  readonly key: SigningKey
  /** DER: the key's own certificate first, the self-signed root last. */
  readonly chain: readonly Der[]
}

/** An authority as it is kept in files. */
export interface AuthorityPems {
  /** Own certificate first, root last. */
  readonly chain: string
  readonly key: string
}

export interface GeneratedAuthority extends AuthorityPems {
  /** Kept to certify a successor; nothing reads it in daily work. */
  readonly rootKey: string
}

export type AuthorityKind = 'job-ca' | 'timestamp-authority' | 'provenance'

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000

/** A root of its own and the key that works under it: the three kinds never share either. */
export async function generateAuthority(
  kind: AuthorityKind,
  instance: { readonly url: string; readonly now: Date },
): Promise<GeneratedAuthority> {
  const [root, own] = [generateKey(), generateKey()]
  const generation = randomBytes(4).toString('hex')
  const rootName = distinguishedName('Chainloop', `${kind} root ${generation}`)
  const lifetime = { notBefore: instance.now, notAfter: new Date(+instance.now + TEN_YEARS_MS) }

  const rootCertificate = await signCertificate(
    {
      subject: rootName,
      issuer: rootName,
      spki: root.key.spki,
      ...lifetime,
      extensions: [
        ...authorityExtensions(1),
        ...keyIdentifierExtensions(keyIdentifier(root.key.spki)),
      ],
    },
    root.key,
  )
  const certificate = await signCertificate(
    {
      subject: distinguishedName('Chainloop', `${kind} ${generation}`),
      issuer: rootName,
      spki: own.key.spki,
      ...lifetime,
      extensions: ownExtensions(kind, { root, own, url: instance.url }),
    },
    root.key,
  )
  return {
    chain: pemCertificate(certificate) + pemCertificate(rootCertificate),
    key: own.pem,
    rootKey: root.pem,
  }
}

function ownExtensions(
  kind: AuthorityKind,
  { root, own, url }: { root: ExportableKey; own: ExportableKey; url: string },
): Der[] {
  const purposes = {
    'job-ca': authorityExtensions(0),
    'timestamp-authority': signerExtensions('timeStamping'),
    provenance: [
      ...signerExtensions('codeSigning'),
      uriNameExtension(`${url}/provenance`, false),
      extension(OIDS.fulcioIssuer, utf8String(url)),
    ],
  } satisfies Record<AuthorityKind, Der[]>
  return [
    ...purposes[kind],
    ...keyIdentifierExtensions(keyIdentifier(own.key.spki), keyIdentifier(root.key.spki)),
  ]
}

/** Throws when the chain is not one, or does not belong to the key. */
export function readAuthority({ chain, key }: AuthorityPems): Authority {
  const certificates = splitPems(chain).map((pem) => new X509Certificate(pem))
  const signingKey = keyFromPem(key)
  const own = certificates[0]
  if (own === undefined) throw new TypeError('the certificate chain is empty')
  if (!own.publicKey.export({ type: 'spki', format: 'der' }).equals(signingKey.spki)) {
    throw new TypeError('the first certificate of the chain is not for the signing key')
  }
  assertLinked(certificates)
  return { key: signingKey, chain: certificates.map(({ raw }) => Buffer.from(raw)) }
}

function assertLinked(certificates: readonly X509Certificate[]): void {
  certificates.forEach((certificate, index) => {
    const issuer = certificates[index + 1] ?? certificate
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      throw new TypeError('the certificate chain does not lead to a self-signed root')
    }
  })
}

/** The certificates of a text, in their order. */
export function splitPems(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}
