import { createHash } from 'node:crypto'

/** SHA-256 of some bytes: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

const PATTERN = /^sha256:[0-9a-f]{64}$/

export function isDigest(value: string): value is Digest {
  return PATTERN.test(value)
}

/** Accepts `sha256:<hex>` and bare hex, in lower case only: one digest has one spelling. */
export function parseDigest(value: string): Digest {
  const spelled = value.startsWith('sha256:') ? value : `sha256:${value}`
  if (!isDigest(spelled)) throw new TypeError(`not a SHA-256 digest: ${JSON.stringify(value)}`)
  return spelled
}

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The 64 hex digits alone, as in-toto digest sets and file names have them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}
