import { createHash } from 'node:crypto'

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

/** Root of the tree without leaves (RFC 6962 §2.1). */
export const EMPTY_ROOT: Hash = createHash('sha256').digest()

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)

/** Leaves and nodes are hashed differently, so that neither can pass for the other. */
export function leafHash(content: Uint8Array): Hash {
  return createHash('sha256').update(LEAF).update(content).digest()
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(NODE).update(left).update(right).digest()
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === HASH_BYTES && Buffer.compare(a, b) === 0
}
