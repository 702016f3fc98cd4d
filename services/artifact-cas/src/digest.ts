import { createHash } from 'node:crypto'

/** SHA-256 of some bytes: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

/** Accepts `sha256:<hex>` and bare hex, lower case only; undefined for anything else. */
export function toDigest(value: string): Digest | undefined {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(value)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** The 64 hex digits alone. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
