import type { Digest } from '../digest.ts'
import { sha256 } from '../digest.ts'
import { base64At, envelopeAt, envelopeJson, signatureAt } from '../dsse/envelope.ts'
import type { Envelope } from '../dsse/envelope.ts'
import { encodeBase64 } from '../json/base64.ts'
import type { JsonObject, JsonValue } from '../json/json-value.ts'
import { InvalidJson, parseJson } from '../json/parse-json.ts'
import {
  Misshapen,
  isPresent,
  itemsAt,
  member,
  objectAt,
  optional,
  optionalItemsAt,
  root,
  stringAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { STATEMENT_MEDIA_TYPE } from '../predicate/predicate.ts'

export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** Also read: what older clients write. */
const MEDIA_TYPES: ReadonlySet<string> = new Set([
  BUNDLE_MEDIA_TYPE,
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
])

/** A Sigstore bundle, read but not verified; https://docs.sigstore.dev/about/bundle/. */
export interface Bundle {
  readonly mediaType: string
  /** Exactly one of `envelope` and `messageSignature` is there. */
  readonly envelope?: Envelope
  readonly messageSignature?: { readonly signature: Uint8Array<ArrayBuffer> }
  /** DER of the signer's certificate. */
  readonly certificate?: Uint8Array<ArrayBuffer>
  /** Which key to verify with; neither this nor a certificate: nothing to verify with. */
  readonly publicKeyHint?: string
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Uint8Array<ArrayBuffer>[]
  readonly logEntryCount: number
  readonly json: JsonValue
}

/** The bytes are not a bundle. The message names the place. */
export class InvalidBundle extends Error {
  override readonly name = 'InvalidBundle'
}

export function parseBundle(bytes: Uint8Array): Bundle {
  try {
    return bundleAt(root(parseJson(bytes)))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw new InvalidBundle(`not a Sigstore bundle: ${cause.message}`, { cause })
    }
    throw cause
  }
}

/** What a verifier finds the signer by. */
export type SignerMaterial =
  /** DER of the leaf. */
  | { readonly certificate: Uint8Array }
  /** Names the public key; never empty. */
  | { readonly publicKeyHint: string }

export interface BundleParts {
  readonly payload: Uint8Array
  /** Default: an in-toto statement. */
  readonly payloadType?: string
  /** Over the pre-authentication encoding of the two. */
  readonly signature: Uint8Array
  readonly signer: SignerMaterial
  /** RFC 3161 responses over the signature's bytes, DER. */
  readonly timestamps: readonly Uint8Array[]
  /** Elements of `tlogEntries`, as a log gave them. */
  readonly logEntries?: readonly JsonObject[]
}

/** A bundle v0.3 as UTF-8 JSON. */
export function createBundle(parts: BundleParts): Uint8Array<ArrayBuffer> {
  const { payload, payloadType = STATEMENT_MEDIA_TYPE, signature, signer, timestamps } = parts
  const { logEntries = [] } = parts
  const rfc3161Timestamps = timestamps.map((der) => ({ signedTimestamp: encodeBase64(der) }))
  const json = {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: {
      ...signerJson(signer),
      ...(timestamps.length > 0 && { timestampVerificationData: { rfc3161Timestamps } }),
      ...(logEntries.length > 0 && { tlogEntries: logEntries }),
    },
    dsseEnvelope: envelopeJson({
      payloadType,
      payload: new Uint8Array(payload),
      signature: new Uint8Array(signature),
    }),
  }
  return new TextEncoder().encode(JSON.stringify(json))
}

/**
 * The same bundle with a log's proof: a derived export. What was received, and its digest, stays what it is. Throws
 * `InvalidBundle`.
 */
export function withLogEntry(bytes: Uint8Array, entry: JsonObject): Uint8Array<ArrayBuffer> {
  const json = objectAt(root(parseBundle(bytes).json))
  const material = objectAt(member(root(json), 'verificationMaterial'))
  const derived = { ...json, verificationMaterial: { ...material, tlogEntries: [entry] } }
  return new TextEncoder().encode(JSON.stringify(derived))
}

function signerJson(signer: SignerMaterial): JsonObject {
  if ('certificate' in signer)
    return { certificate: { rawBytes: encodeBase64(new Uint8Array(signer.certificate)) } }
  if (signer.publicKeyHint === '') throw new TypeError('the hint of the public key is empty')
  return { publicKey: { hint: signer.publicKeyHint } }
}

/** What an attestation is known by: the digest of the exact bytes of its bundle. */
export function bundleDigest(bytes: Uint8Array): Digest {
  return sha256(bytes)
}

function bundleAt(place: Place): Bundle {
  const mediaType = stringAt(member(place, 'mediaType'))
  if (!MEDIA_TYPES.has(mediaType)) {
    throw new Misshapen('mediaType', `is ${JSON.stringify(mediaType)}, which is not supported`)
  }
  const material = member(place, 'verificationMaterial')
  return {
    mediaType,
    ...contentAt(place),
    ...signerAt(material),
    timestamps: timestampsAt(member(material, 'timestampVerificationData')),
    logEntryCount: optionalItemsAt(member(material, 'tlogEntries')).length,
    json: objectAt(place),
  }
}

function contentAt(place: Place): Pick<Bundle, 'envelope' | 'messageSignature'> {
  const envelope = optional(member(place, 'dsseEnvelope'), envelopeAt)
  const message = member(place, 'messageSignature')
  if (envelope && isPresent(message)) {
    throw new Misshapen('', 'has a DSSE envelope and a message signature')
  }
  return envelope
    ? { envelope }
    : { messageSignature: { signature: signatureAt(member(message, 'signature')) } }
}

function signerAt(material: Place): Pick<Bundle, 'certificate' | 'publicKeyHint'> {
  const leaf = optional(member(material, 'certificate'), certificateAt)
  const chain = optional(member(material, 'x509CertificateChain'), firstCertificateAt)
  const hint = optional(member(material, 'publicKey'), hintAt)
  const given = [leaf, chain, hint].filter((signer) => signer !== undefined)
  if (given.length > 1) throw new Misshapen(material.path, 'names more than one signer')

  const certificate = leaf ?? chain
  return {
    ...(certificate && { certificate }),
    ...(hint !== undefined && { publicKeyHint: hint }),
  }
}

function certificateAt(place: Place): Uint8Array<ArrayBuffer> {
  return base64At(member(place, 'rawBytes'))
}

function firstCertificateAt(place: Place): Uint8Array<ArrayBuffer> {
  const [leaf] = itemsAt(member(place, 'certificates')).map(certificateAt)
  if (!leaf) throw new Misshapen(place.path, 'has no certificate')
  return leaf
}

function hintAt(place: Place): string {
  return optional(member(place, 'hint'), stringAt) ?? ''
}

function timestampsAt(data: Place): Uint8Array<ArrayBuffer>[] {
  if (!isPresent(data)) return []
  return optionalItemsAt(member(data, 'rfc3161Timestamps')).map((stamp) =>
    base64At(member(stamp, 'signedTimestamp')),
  )
}
