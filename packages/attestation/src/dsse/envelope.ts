import { decodeBase64, encodeBase64, looksLikeBase64 } from '../json/base64.ts'
import type { JsonObject } from '../json/json-value.ts'
import { Misshapen, isPresent, itemsAt, member, stringAt, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'

/** A DSSE envelope with its one signature, decoded. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
  /** Empty when the envelope names no key. */
  readonly keyId: string
}

/** Throws `Misshapen` unless there is exactly one signature and everything is base64 exactly once. */
export function envelopeAt(place: Place): Envelope {
  const signatures = itemsAt(member(place, 'signatures'))
  const [signature] = signatures
  if (!signature || signatures.length > 1) {
    throw new Misshapen(
      member(place, 'signatures').path,
      `has ${signatures.length} signatures, not exactly one`,
    )
  }
  const keyId = member(signature, 'keyid')
  return {
    payloadType: textAt(member(place, 'payloadType')),
    payload: base64At(member(place, 'payload')),
    signature: signatureAt(member(signature, 'sig')),
    keyId: isPresent(keyId) ? stringAt(keyId) : '',
  }
}

export function envelopeJson(envelope: Omit<Envelope, 'keyId'>): JsonObject {
  return {
    payload: encodeBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: [{ sig: encodeBase64(envelope.signature) }],
  }
}

/** The bytes of a field that must not be empty. */
export function base64At(place: Place): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(textAt(place))
  if (!bytes) throw new Misshapen(place.path, 'is not standard base64')
  return bytes
}

/** A signature is never base64 text itself; where it is, it was encoded twice. */
export function signatureAt(place: Place): Uint8Array<ArrayBuffer> {
  const bytes = base64At(place)
  if (looksLikeBase64(bytes)) throw new Misshapen(place.path, 'is base64-encoded twice')
  return bytes
}
