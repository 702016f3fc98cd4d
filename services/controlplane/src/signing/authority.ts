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
import { certificateStamp } from './ct-log.ts'
import type { Der } from './der.ts'
import { utf8String } from './der.ts'
import { OIDS } from './oids.ts'
import { generateKey, signingKey } from './signing-key.ts'
import type { KeyEnvironment, SigningKey } from './signing-key.ts'

/** A key, its certificate and what that certificate hangs on. */
export interface Authority {
  readonly key: SigningKey
  /** DER: the key's own certificate first, the self-signed root last. */
  readonly chain: readonly Der[]
}

export type AuthorityKind = 'job-ca' | 'timestamp-authority' | 'provenance'

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000

export interface NewAuthority {
  /** Of the instance. */
  readonly url: string
  readonly now: Date
  /** Certificates of signers carry its timestamp. */
  readonly ctLog?: SigningKey | undefined
  /** The key that works, where it is elsewhere: then only its certificate is generated. */
  readonly key?: { readonly reference: string; readonly it: SigningKey } | undefined
}

export interface GeneratedAuthority {
  /** PEM: own certificate first, root last. */
  readonly chain: string
  /** PEM, or the reference of a key that is elsewhere. */
  readonly key: string
  /** PEM; kept to certify a successor, nothing reads it in daily work. */
  readonly rootKey: string
}

/** A root of its own and the key that works under it: the three kinds never share either. */
export async function generateAuthority(
  kind: AuthorityKind,
  instance: NewAuthority,
): Promise<GeneratedAuthority> {
  const root = await generateKey()
  const { key: own, pem } = instance.key
    ? { key: instance.key.it, pem: instance.key.reference }
    : await generateKey()
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
      spki: own.spki,
      ...lifetime,
      extensions: ownExtensions(kind, { root: root.key, own, url: instance.url }),
    },
    root.key,
    kind === 'provenance' && instance.ctLog
      ? certificateStamp(instance.ctLog, { issuerSpki: root.key.spki, now: instance.now })
      : undefined,
  )
  return {
    chain: pemCertificate(certificate) + pemCertificate(rootCertificate),
    key: pem,
    rootKey: root.pem,
  }
}

function ownExtensions(
  kind: AuthorityKind,
  { root, own, url }: { root: SigningKey; own: SigningKey; url: string },
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
    ...keyIdentifierExtensions(keyIdentifier(own.spki), keyIdentifier(root.spki)),
  ]
}

/** Throws when the chain is not one, or does not belong to the key. */
export async function readAuthority(
  given: { readonly chain: string; readonly key: string },
  env: KeyEnvironment = {},
): Promise<Authority> {
  const key = await signingKey(given.key, env)
  return { key, chain: readChain(given.chain, key) }
}

/** DER, in the order of the text. Throws when the chain is not one, or does not belong to the key. */
export function readChain(pem: string, key: SigningKey | undefined): Der[] {
  const certificates = splitPems(pem).map((one) => new X509Certificate(one))
  const own = certificates[0]
  if (own === undefined) throw new TypeError('the certificate chain is empty')
  if (key && !own.publicKey.export({ type: 'spki', format: 'der' }).equals(key.spki)) {
    throw new TypeError('the first certificate of the chain is not for the signing key')
  }
  assertLinked(certificates)
  return certificates.map(({ raw }) => Buffer.from(raw))
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
