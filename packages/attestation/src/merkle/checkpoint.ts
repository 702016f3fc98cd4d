import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

import type { TreeHead } from './verify-proof.ts'

/** Who says it: a name in the form of a host with a path, and an Ed25519 key. */
export interface LogSigner {
  readonly origin: string
  readonly key: KeyObject
}

export interface LogVerifier {
  readonly origin: string
  readonly publicKey: KeyObject
}

/** The checkpoint is not what its log signed. */
export class InvalidCheckpoint extends Error {
  override readonly name = 'InvalidCheckpoint'
}

const KEY_HINT_BYTES = 4
const ED25519 = Buffer.of(1)

/** A signed note over a tree head (C2SP tlog-checkpoint and signed-note): text that anybody can keep. */
export function signCheckpoint({ origin, key }: LogSigner, { size, root }: TreeHead): string {
  const text = `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
  const hint = keyId(origin, createPublicKey(key)).subarray(0, KEY_HINT_BYTES)
  const signature = Buffer.concat([hint, sign(undefined, Buffer.from(text), key)])
  return `${text}\n— ${origin} ${signature.toString('base64')}\n`
}

/** The head that the log has signed. Throws `InvalidCheckpoint`. */
export function openCheckpoint({ origin, publicKey }: LogVerifier, checkpoint: string): TreeHead {
  const [text, signatures] = divide(checkpoint)
  const [name, size, root, ...rest] = text.split('\n')
  if (name !== origin) throw new InvalidCheckpoint(`the checkpoint is of ${name}, not of ${origin}`)
  if (!/^(0|[1-9]\d{0,15})$/.test(size ?? '') || rest.length !== 1) throw malformed()
  const hash = Buffer.from(root ?? '', 'base64')
  if (hash.length !== 32 || hash.toString('base64') !== root) throw malformed()
  if (!signatures.some((line) => isSigned(line, { text, origin, publicKey }))) {
    throw new InvalidCheckpoint(`the checkpoint carries no signature of ${origin}`)
  }
  return { size: Number(size), root: hash }
}

function divide(checkpoint: string): [string, string[]] {
  const end = checkpoint.indexOf('\n\n')
  if (end < 0) throw malformed()
  return [checkpoint.slice(0, end + 1), checkpoint.slice(end + 2).split('\n')]
}

/** Lines of others may be there too, and say nothing to us. */
function isSigned(
  line: string,
  { text, origin, publicKey }: LogVerifier & { text: string },
): boolean {
  const prefix = `— ${origin} `
  if (!line.startsWith(prefix)) return false
  const signature = Buffer.from(line.slice(prefix.length), 'base64')
  const hint = signature.subarray(0, KEY_HINT_BYTES)
  return (
    hint.equals(keyId(origin, publicKey).subarray(0, KEY_HINT_BYTES)) &&
    verify(undefined, Buffer.from(text), publicKey, signature.subarray(KEY_HINT_BYTES))
  )
}

/** A verifier as text that fits in one line (C2SP signed-note): name, key id, and the algorithm with the key. */
export function verifierKey({ origin, publicKey }: LogVerifier): string {
  const id = keyId(origin, publicKey).subarray(0, KEY_HINT_BYTES).toString('hex')
  return `${origin}+${id}+${Buffer.concat([ED25519, rawKey(publicKey)]).toString('base64')}`
}

/** Throws `InvalidCheckpoint` unless it is an Ed25519 verifier key with its own id. */
export function parseVerifierKey(text: string): LogVerifier {
  const [, origin = '', id = '', encoded = ''] = /^(.+?)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ED25519[0]) throw notAKey()
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') },
    format: 'jwk',
  })
  const verifier = { origin, publicKey }
  if (keyId(origin, publicKey).subarray(0, KEY_HINT_BYTES).toString('hex') !== id) throw notAKey()
  return verifier
}

function notAKey(): InvalidCheckpoint {
  return new InvalidCheckpoint('not a verifier key of a log')
}

/** SHA-256 over name, line feed, algorithm 1 (Ed25519) and the key. */
function keyId(origin: string, publicKey: KeyObject): Buffer {
  const hash = createHash('sha256').update(`${origin}\n`).update(ED25519)
  return hash.update(rawKey(publicKey)).digest()
}

function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
}

function malformed(): InvalidCheckpoint {
  return new InvalidCheckpoint('not a checkpoint')
}
