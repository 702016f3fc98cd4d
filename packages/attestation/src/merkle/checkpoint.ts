import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

import type { TreeHead } from './verify-proof.ts'

/** An Ed25519 key that may be somewhere else. */
export interface NoteSigner {
  readonly publicKey: KeyObject
  sign(bytes: Uint8Array): Promise<Uint8Array>
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

/**
 * A signed note over a tree head (C2SP tlog-checkpoint and signed-note): text that anybody can keep. One line for each
 * signer, so that who knows one of the keys can verify it.
 */
export async function signCheckpoint(
  { origin, signers }: { readonly origin: string; readonly signers: readonly NoteSigner[] },
  head: TreeHead,
): Promise<string> {
  const text = checkpointText(origin, head)
  const lines = await Promise.all(
    signers.map(async (signer) =>
      signatureLine({ origin, publicKey: signer.publicKey }, await signer.sign(Buffer.from(text))),
    ),
  )
  return `${text}\n${lines.join('')}`
}

/** What is signed. */
export function checkpointText(origin: string, { size, root }: TreeHead): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** The line of a signature below the text and an empty line. */
export function signatureLine(verifier: LogVerifier, signature: Uint8Array): string {
  const hint = logKeyId(verifier).subarray(0, KEY_HINT_BYTES)
  return `— ${verifier.origin} ${Buffer.concat([hint, signature]).toString('base64')}\n`
}

/** A key in memory as a signer. */
export function noteSigner(key: KeyObject): NoteSigner {
  return { publicKey: createPublicKey(key), sign: async (bytes) => sign(undefined, bytes, key) }
}

/** The key of the first signature, among those that are given; undefined when it is of none. */
export function signerOf(
  checkpoint: string,
  keys: readonly KeyObject[],
): { readonly origin: string; readonly publicKey: KeyObject } | undefined {
  const [text, [line = '']] = divide(checkpoint)
  const origin = text.split('\n', 1)[0] ?? ''
  return keys
    .map((publicKey) => ({ origin, publicKey }))
    .find((verifier) => isSigned(line, { ...verifier, text }))
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
    hint.equals(logKeyId({ origin, publicKey }).subarray(0, KEY_HINT_BYTES)) &&
    verify(undefined, Buffer.from(text), publicKey, signature.subarray(KEY_HINT_BYTES))
  )
}

/** A verifier as text that fits in one line (C2SP signed-note): name, key id, and the algorithm with the key. */
export function verifierKey({ origin, publicKey }: LogVerifier): string {
  const id = logKeyId({ origin, publicKey }).subarray(0, KEY_HINT_BYTES).toString('hex')
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
  if (logKeyId({ origin, publicKey }).subarray(0, KEY_HINT_BYTES).toString('hex') !== id)
    throw notAKey()
  return verifier
}

function notAKey(): InvalidCheckpoint {
  return new InvalidCheckpoint('not a verifier key of a log')
}

/** 32 bytes, of which notes show the first four: SHA-256 over name, line feed, algorithm 1 (Ed25519) and the key. */
export function logKeyId({ origin, publicKey }: LogVerifier): Buffer {
  const hash = createHash('sha256').update(`${origin}\n`).update(ED25519)
  return hash.update(rawKey(publicKey)).digest()
}

function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
}

function malformed(): InvalidCheckpoint {
  return new InvalidCheckpoint('not a checkpoint')
}
