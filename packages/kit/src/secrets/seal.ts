import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

import { DomainError } from '../errors.ts'

/** 256 bits with a name, so that sealed values say which key they need. */
export interface SealingKey {
  readonly id: string
  readonly key: Uint8Array
}

const VERSION = 1
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Names a key by the start of its SHA-256, under a label so that it is no plain hash of the key. */
export function sealingKey(key: Uint8Array): SealingKey {
  if (key.byteLength !== KEY_BYTES)
    throw new TypeError(`a sealing key has ${KEY_BYTES} bytes, not ${key.byteLength}`)
  const id = createHash('sha256')
    .update('chainloop sealing key')
    .update(key)
    .digest('hex')
    .slice(0, 16)
  return { id, key }
}

/**
 * AES-256-GCM: version, key id length, key id, nonce, ciphertext, tag. The header and `associatedData`
 * (say where the value belongs: organization and row) are authenticated, so a sealed value moved elsewhere does not open.
 */
export function seal(
  { id, key }: SealingKey,
  plaintext: Uint8Array,
  associatedData: string,
): Uint8Array {
  const header = Buffer.concat([Buffer.from([VERSION, Buffer.byteLength(id)]), Buffer.from(id)])
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound(header, associatedData))
  return Buffer.concat([
    header,
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

/** Throws `unavailable` when its key is not among `keys`, `invalid` when value or associated data were changed. */
export function open(
  keys: readonly SealingKey[],
  sealed: Uint8Array,
  associatedData: string,
): Uint8Array {
  const value = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const headerBytes = 2 + (value[1] ?? 0)
  if (value[0] !== VERSION || value.length < headerBytes + NONCE_BYTES + TAG_BYTES) throw damaged()
  const header = value.subarray(0, headerBytes)
  const key = keyNamed(keys, header.subarray(2).toString())
  const nonce = value.subarray(headerBytes, headerBytes + NONCE_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(bound(header, associatedData))
      .setAuthTag(value.subarray(-TAG_BYTES))
    return Buffer.concat([
      decipher.update(value.subarray(headerBytes + NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ])
  } catch (cause) {
    throw damaged(cause)
  }
}

/** Which key a sealed value needs; undefined when it is no sealed value. */
export function keyIdOf(sealed: Uint8Array): string | undefined {
  const length = sealed[1] ?? 0
  if (sealed[0] !== VERSION || sealed.byteLength < 2 + length) return undefined
  return Buffer.from(sealed.subarray(2, 2 + length)).toString()
}

function keyNamed(keys: readonly SealingKey[], id: string): SealingKey {
  const key = keys.find((candidate) => candidate.id === id)
  if (!key)
    throw new DomainError('unavailable', `no sealing key ${id}`, { reason: 'SEALING_KEY_UNKNOWN' })
  return key
}

function bound(header: Uint8Array, associatedData: string): Buffer {
  return Buffer.concat([header, Buffer.from(associatedData)])
}

function damaged(cause?: unknown): DomainError {
  return new DomainError('invalid', 'the sealed value does not open', {
    reason: 'SEALED_VALUE_DAMAGED',
    cause,
  })
}
