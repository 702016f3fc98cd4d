import { X509Certificate } from 'node:crypto'

import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { envelopeAt } from '@chainloop/attestation/dsse/envelope'
import { decodeBase64 } from '@chainloop/attestation/json/base64'
import { InvalidJson, parseJson } from '@chainloop/attestation/json/parse-json'
import {
  isObject,
  isPresent,
  itemsAt,
  member,
  Misshapen,
  optionalItemsAt,
  root,
  stringAt,
} from '@chainloop/attestation/json/shape'
import type { Place } from '@chainloop/attestation/json/shape'

import { integer, sequence } from '../signing/der.ts'

/** What somebody else has signed, as a Sigstore bundle, whatever it came in. */
export interface ForeignBundle {
  readonly bundle: Uint8Array
  /** `sigstore bundle`, `DSSE envelope` (Tekton Chains, cosign) or `witness envelope`. */
  readonly format: string
}

/** Undefined: it is neither a bundle nor an envelope. */
export function foreignBundle(bytes: Uint8Array): ForeignBundle | undefined {
  try {
    const place = root(parseJson(bytes))
    if (!isObject(place.value)) return undefined
    if (isPresent(member(place, 'mediaType'))) {
      return { bundle: bytes, format: 'Sigstore bundle' }
    }
    return isPresent(member(place, 'signatures')) ? fromEnvelope(place) : undefined
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) return undefined
    throw cause
  }
}

/** Exactly one signature: of two, one could be anybody's. */
function fromEnvelope(place: Place): ForeignBundle {
  const envelope = envelopeAt(place)
  const [signature = place] = itemsAt(member(place, 'signatures'))
  const certificate = member(signature, 'certificate')
  if (!isPresent(certificate)) {
    const signer = { publicKeyHint: 'not named' }
    return {
      bundle: createBundle({ ...envelope, signer, timestamps: [] }),
      format: 'DSSE envelope',
    }
  }
  const signer = { certificate: certificateOf(certificate) }
  const timestamps = optionalItemsAt(member(signature, 'timestamps')).map((stamp) =>
    responseOf(bytesAt(member(stamp, 'data'))),
  )
  return { bundle: createBundle({ ...envelope, signer, timestamps }), format: 'witness envelope' }
}

/** Base64 of PEM, https://github.com/in-toto/go-witness/blob/main/dsse/dsse.go (read 2026-11-23). */
function certificateOf(place: Place): Uint8Array {
  try {
    return new X509Certificate(bytesAt(place)).raw
  } catch (cause) {
    if (cause instanceof Misshapen) throw cause
    throw new Misshapen(place.path, 'is not a certificate')
  }
}

function bytesAt(place: Place): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(stringAt(place))
  if (!bytes) throw new Misshapen(place.path, 'is not standard base64')
  return bytes
}

const OBJECT_IDENTIFIER = 0x06

/** A bare token, RFC 3161 §2.4.2, becomes the response that it was taken out of. */
function responseOf(der: Uint8Array): Uint8Array {
  const length = der[1] ?? 0
  const content = length < 0x80 ? 2 : 2 + (length & 0x7f)
  const isToken = der[content] === OBJECT_IDENTIFIER
  return isToken ? sequence(sequence(integer(0)), Buffer.from(der)) : der
}
