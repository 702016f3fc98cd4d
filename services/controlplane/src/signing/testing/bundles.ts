import { sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import type { IssuedCertificate } from '../job-ca.ts'
import type { TimestampAuthority } from '../timestamp-authority.ts'
import { timestampQuery } from '../timestamp-query.ts'

export interface BundleParts {
  readonly payload: Uint8Array
  readonly payloadType?: string
  readonly privateKey: KeyObject
  readonly certificate: Pick<IssuedCertificate, 'chain'>
  /** Absent: no timestamp. */
  readonly timestampAuthority?: Pick<TimestampAuthority, 'respond'> | undefined
}

/** A Sigstore bundle v0.3 as the CLI makes one. */
export async function signedBundle(parts: BundleParts): Promise<object> {
  const payloadType = parts.payloadType ?? 'application/vnd.in-toto+json'
  const signature = sign('sha256', preAuthenticated(payloadType, parts.payload), parts.privateKey)
  const leaf = parts.certificate.chain[0] ?? ''
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: derOf(leaf).toString('base64') },
      ...(await timestamps(signature, parts.timestampAuthority)),
    },
    dsseEnvelope: {
      payload: Buffer.from(parts.payload).toString('base64'),
      payloadType,
      signatures: [{ sig: signature.toString('base64') }],
    },
  }
}

async function timestamps(
  signature: Buffer,
  authority: BundleParts['timestampAuthority'],
): Promise<object> {
  if (!authority) return {}
  const stamp = await authority.respond(timestampQuery(signature))
  return {
    timestampVerificationData: {
      rfc3161Timestamps: [{ signedTimestamp: stamp.toString('base64') }],
    },
  }
}

/** DSSE v1 PAE. */
export function preAuthenticated(payloadType: string, payload: Uint8Array): Buffer {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `
  return Buffer.concat([Buffer.from(header), payload])
}

export function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')
}
