import type { JsonValue } from '@chainloop/attestation/json/json-value'
import {
  assertOnly,
  itemsAt,
  member,
  Misshapen,
  optional,
  optionalItemsAt,
  root,
  stringAt,
} from '@chainloop/attestation/json/shape'
import type { Place } from '@chainloop/attestation/json/shape'

import { refuse } from './refusal.ts'

/**
 * A bundle that is stored holds what was verified and nothing beside it: one leaf certificate or the hint of a key,
 * timestamps, one signature without a key id, and no field that nobody reads. Verifiers elsewhere tolerate more.
 */
export function assertNothingUnverified(bundle: JsonValue): void {
  try {
    assertBundle(root(bundle))
  } catch (cause) {
    if (!(cause instanceof Misshapen)) throw cause
    throw refuse('BUNDLE_NOT_VERIFIED', `the bundle holds what nobody verifies: ${cause.message}`, {
      field: cause.path,
      cause,
    })
  }
}

function assertBundle(place: Place): void {
  assertOnly(place, ['mediaType', 'verificationMaterial', 'dsseEnvelope'])
  const material = member(place, 'verificationMaterial')
  assertOnly(material, ['certificate', 'publicKey', 'timestampVerificationData', 'tlogEntries'])
  optional(member(material, 'certificate'), (leaf) => assertOnly(leaf, ['rawBytes']))
  optional(member(material, 'publicKey'), (key) => assertOnly(key, ['hint']))
  if (optionalItemsAt(member(material, 'tlogEntries')).length > 0) {
    throw new Misshapen('verificationMaterial.tlogEntries', 'is of a log that is not trusted here')
  }
  optional(member(material, 'timestampVerificationData'), assertTimestamps)
  assertEnvelope(member(place, 'dsseEnvelope'))
}

function assertTimestamps(place: Place): void {
  assertOnly(place, ['rfc3161Timestamps'])
  for (const stamp of optionalItemsAt(member(place, 'rfc3161Timestamps'))) {
    assertOnly(stamp, ['signedTimestamp'])
  }
}

function assertEnvelope(place: Place): void {
  assertOnly(place, ['payload', 'payloadType', 'signatures'])
  for (const signature of itemsAt(member(place, 'signatures'))) {
    assertOnly(signature, ['sig', 'keyid'])
    const keyId = member(signature, 'keyid')
    if ((optional(keyId, stringAt) ?? '') !== '') {
      throw new Misshapen(keyId.path, 'names a key, as nothing else in the bundle does')
    }
  }
}
