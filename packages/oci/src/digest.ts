import { createHash, type Hash } from 'node:crypto'

import { OciError } from './errors.ts'

/** `sha256:` or `sha512:` and lower-case hexadecimal digits (OCI image specification, descriptor.md §Digests). */
export type Digest = `${'sha256' | 'sha512'}:${string}`

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text)
}

/** Throws `OciError` (invalid): what ends up in an address has to be what its type says. */
export function assertDigest(text: string): asserts text is Digest {
  if (!isDigest(text)) throw new OciError('invalid', `${JSON.stringify(text)} is not a digest`)
}

export function digestOf(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function hasherOf(digest: Digest): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')))
}

/** Whether the bytes are those that the digest names. */
export function matches(digest: Digest, bytes: Uint8Array): boolean {
  return digest.endsWith(`:${hasherOf(digest).update(bytes).digest('hex')}`)
}
