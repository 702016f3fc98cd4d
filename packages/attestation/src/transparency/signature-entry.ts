import type { KeyObject } from 'node:crypto'
import { X509Certificate } from 'node:crypto'

import { sha256 } from '../digest.ts'
import type { Envelope } from '../dsse/envelope.ts'
import { pae } from '../dsse/pae.ts'
import { encodeBase64 } from '../json/base64.ts'
import { canonicalJson } from '../json/canonical-json.ts'

/** What a log of Rekor v2 calls a signature over a digest. */
export const SIGNATURE_ENTRY = { kind: 'hashedrekord', version: '0.0.2' } as const

/** A DSSE signature with what verifies it. */
export interface LoggedSignature extends Pick<Envelope, 'payloadType' | 'payload' | 'signature'> {
  readonly verifier: { readonly certificate: Uint8Array } | { readonly publicKey: KeyObject }
}

/** Keys of this kind cannot be named in an entry. */
export class UnloggableKey extends Error {
  override readonly name = 'UnloggableKey'
}

/**
 * The canonical bytes of a `hashedrekord` 0.0.2 entry (rekor/v2, hashedrekord.proto): the digest of the
 * pre-authentication encoding, its signature, and who verifies that. Throws `UnloggableKey`.
 */
export function signatureEntry(signed: LoggedSignature): Uint8Array<ArrayBuffer> {
  const { payloadType, payload, signature, verifier } = signed
  const digest = Buffer.from(sha256(pae(payloadType, payload)).slice('sha256:'.length), 'hex')
  return canonicalJson({
    apiVersion: SIGNATURE_ENTRY.version,
    kind: SIGNATURE_ENTRY.kind,
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: encodeBase64(digest) },
        signature: { content: encodeBase64(signature), verifier: verifierJson(verifier) },
      },
    },
  })
}

function verifierJson(verifier: LoggedSignature['verifier']): object {
  if ('certificate' in verifier) {
    const { publicKey } = new X509Certificate(verifier.certificate)
    return {
      keyDetails: keyDetails(publicKey),
      x509Certificate: { rawBytes: encodeBase64(verifier.certificate) },
    }
  }
  const spki = verifier.publicKey.export({ type: 'spki', format: 'der' })
  return {
    keyDetails: keyDetails(verifier.publicKey),
    publicKey: { rawBytes: encodeBase64(spki) },
  }
}

/** Names of `PublicKeyDetails` (sigstore_common.proto), for signatures over the SHA-256 that is logged. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'PKIX_ECDSA_P256_SHA_256',
  secp384r1: 'PKIX_ECDSA_P384_SHA_256',
  secp521r1: 'PKIX_ECDSA_P521_SHA_256',
}
const RSA_BITS: ReadonlySet<number> = new Set([2048, 3072, 4096])

function keyDetails({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): string {
  if (type === 'ed25519') return 'PKIX_ED25519'
  if (type === 'rsa') {
    const bits = details.modulusLength ?? 0
    return RSA_BITS.has(bits) ? `PKIX_RSA_PKCS1V15_${bits}_SHA256` : 'PKIX_RSA_PKCS1V5'
  }
  const curve = CURVES[details.namedCurve ?? '']
  if (curve !== undefined) return curve
  throw new UnloggableKey(`a key of type ${type ?? 'unknown'} has no name in a transparency log`)
}
