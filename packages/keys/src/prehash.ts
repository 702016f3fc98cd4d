import { createHash, type KeyObject } from 'node:crypto'

export type Hash = 'sha256' | 'sha384' | 'sha512'

const HASH_OF_CURVE: Readonly<Record<string, Hash>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
}

/** What is signed of a message; `undefined`: the message itself, as Ed25519 wants it. */
export function hashFor({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): Hash | undefined {
  if (type === 'ed25519') return undefined
  return HASH_OF_CURVE[details.namedCurve ?? ''] ?? 'sha256'
}

export function digestOf(bytes: Uint8Array, hash: Hash): Buffer {
  return createHash(hash).update(bytes).digest()
}

/** ECDSA signatures as r ‖ s, which JOSE has, to the DER that everybody else has (RFC 3279 §2.2.3). */
export function derFromConcatenated(signature: Uint8Array): Buffer {
  const half = signature.length / 2
  const body = Buffer.concat([
    integer(signature.subarray(0, half)),
    integer(signature.subarray(half)),
  ])
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length]
  return Buffer.concat([Buffer.from([0x30, ...length]), body])
}

function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const shortest = first === -1 ? Buffer.of(0) : bytes.subarray(first)
  const sign = (shortest[0] ?? 0) & 0x80 ? [0] : []
  return Buffer.concat([Buffer.from([0x02, shortest.length + sign.length, ...sign]), shortest])
}
