import { createHash } from 'node:crypto'

import { extension } from './certificate.ts'
import { octetString } from './der.ts'
import type { Der } from './der.ts'
import { OIDS } from './oids.ts'
import type { SigningKey } from './signing-key.ts'

/** Says of a certificate, before it is signed, that it was seen. */
export type Stamp = (toBeSigned: Der) => Promise<Der>

/**
 * Signed certificate timestamps (RFC 6962 §3.2) of the instance's own key, as the extension of a certificate that the
 * issuer with this public key is about to sign.
 */
export function certificateStamp(
  log: SigningKey,
  { issuerSpki, now }: { readonly issuerSpki: Uint8Array; readonly now: Date },
): Stamp {
  return async (toBeSigned) => {
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(+now))
    const signature = await log.sign(
      Buffer.concat([
        Buffer.of(VERSION_1, CERTIFICATE_TIMESTAMP),
        time,
        uint(PRECERT_ENTRY, 2),
        sha256(issuerSpki),
        uint(toBeSigned.length, 3),
        toBeSigned,
        NO_EXTENSIONS,
      ]),
    )
    const timestamp = Buffer.concat([
      Buffer.of(VERSION_1),
      sha256(log.spki),
      time,
      NO_EXTENSIONS,
      ECDSA_SHA256,
      uint(signature.length, 2),
      signature,
    ])
    const list = Buffer.concat([
      uint(timestamp.length + 2, 2),
      uint(timestamp.length, 2),
      timestamp,
    ])
    return extension(OIDS.certificateTimestamps, octetString(list))
  }
}

const VERSION_1 = 0
const CERTIFICATE_TIMESTAMP = 0
const PRECERT_ENTRY = 1
const NO_EXTENSIONS = Buffer.of(0, 0)
/** RFC 5246 §7.4.1.4.1. */
const ECDSA_SHA256 = Buffer.of(4, 3)

function uint(value: number, octets: number): Buffer {
  const bytes = Buffer.alloc(octets)
  bytes.writeUIntBE(value, 0, octets)
  return bytes
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
