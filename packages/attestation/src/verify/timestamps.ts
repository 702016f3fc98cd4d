import { RFC3161Timestamp } from '@sigstore/core'

import type { Bundle } from '../bundle/bundle.ts'
import { trustMaterialOf } from './trust-material.ts'
import type { TrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'

/** An RFC 3161 response, read but not verified. */
export interface Stamp {
  readonly der: Uint8Array
  readonly time: Date
  /** Name and serial number of the certificate that it says it is of, DER. */
  readonly issuer: Buffer
  readonly serial: Buffer
}

/** What the bundle's timestamps state. Refusals of an authority have no time. */
export function readTimestamps(bundle: Bundle): Stamp[] {
  return bundle.timestamps.map((der) => {
    try {
      const timestamp = RFC3161Timestamp.parse(Buffer.from(der))
      if (timestamp.status > 1n) throw new TypeError(`status ${timestamp.status}`)
      const { signingTime: time, signerIssuer: issuer, signerSerialNumber: serial } = timestamp
      if (Number.isNaN(time.getTime())) throw new TypeError('no time')
      return { der, time, issuer, serial }
    } catch (cause) {
      throw new VerificationFailed('timestamp_invalid', 'a timestamp cannot be read', { cause })
    }
  })
}

/** The root lists the authority that the timestamp says it is of, whenever that was to be believed. */
export function isOfListed({ issuer, serial }: Stamp, trust: TrustRoot): boolean {
  return trustMaterialOf(trust).timestampAuthorities.some(({ certChain: [leaf] }) => {
    return leaf && leaf.issuer.equals(issuer) && leaf.serialNumber.equals(serial)
  })
}
