import { type Hash, HASH_BYTES, nodeHash, sameHash } from './hashing.ts'

/** The proof does not prove what it claims to. */
export class InvalidProof extends Error {
  override readonly name = 'InvalidProof'
}

export interface TreeHead {
  /** Number of leaves. */
  readonly size: number
  readonly root: Hash
}

/** Throws `InvalidProof` unless the leaf is number `index` (from 0) of the tree (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  head: TreeHead,
  { index, leaf, proof }: { index: number; leaf: Hash; proof: readonly Hash[] },
): void {
  assertHashes([head.root, leaf, ...proof])
  if (!isCount(index) || !isCount(head.size) || index >= head.size) {
    throw new InvalidProof(`a tree of ${head.size} has no leaf ${index}`)
  }
  let hash = leaf
  climb({ at: index, last: head.size - 1 }, proof, (sibling, isLeft) => {
    hash = isLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  })
  if (!sameHash(hash, head.root)) throw new InvalidProof('the proof leads to another root')
}

/**
 * Throws `InvalidProof` unless the later tree continues the earlier one without changing a leaf (RFC 9162 §2.1.4.2).
 * An empty earlier tree proves nothing and is refused.
 */
export function verifyConsistency(
  earlier: TreeHead,
  later: TreeHead,
  proof: readonly Hash[],
): void {
  assertHashes([earlier.root, later.root, ...proof])
  if (!isCount(earlier.size) || !isCount(later.size) || earlier.size === 0) {
    throw new InvalidProof(`nothing follows from ${earlier.size} to ${later.size} leaves`)
  }
  if (earlier.size > later.size) throw new InvalidProof('the later tree is smaller')
  if (earlier.size === later.size) {
    if (proof.length > 0) throw new InvalidProof('equal sizes need no proof')
    if (!sameHash(earlier.root, later.root)) throw new InvalidProof('equal sizes, different roots')
    return
  }
  const [oldRoot, newRoot] = rootsFrom(earlier, later, proof)
  if (!sameHash(oldRoot, earlier.root))
    throw new InvalidProof('the proof leads to another earlier root')
  if (!sameHash(newRoot, later.root))
    throw new InvalidProof('the proof leads to another later root')
}

function rootsFrom(earlier: TreeHead, later: TreeHead, proof: readonly Hash[]): [Hash, Hash] {
  // A complete earlier tree is its own first element.
  const [first, ...rest] = isPowerOfTwo(earlier.size) ? [earlier.root, ...proof] : proof
  if (!first) throw new InvalidProof('the proof is empty')
  let start: Place = { at: earlier.size - 1, last: later.size - 1 }
  while (isOdd(start.at)) start = parent(start)

  let [oldRoot, newRoot] = [first, first]
  climb(start, rest, (sibling, isLeft) => {
    if (isLeft) oldRoot = nodeHash(sibling, oldRoot)
    newRoot = isLeft ? nodeHash(sibling, newRoot) : nodeHash(newRoot, sibling)
  })
  return [oldRoot, newRoot]
}

/** A node's number on its level, and the number of the last node there. */
interface Place {
  readonly at: number
  readonly last: number
}

/** From a node up to the root: each element of the proof is the sibling on one side of what was joined so far. */
function climb(
  start: Place,
  proof: readonly Hash[],
  join: (sibling: Hash, isLeft: boolean) => void,
): void {
  let place = start
  for (const sibling of proof) {
    if (place.last === 0) throw new InvalidProof('the proof is too long')
    const isLeft = isOdd(place.at) || place.at === place.last
    join(sibling, isLeft)
    // A node at the right edge without a partner moves up as it is.
    if (isLeft) while (!isOdd(place.at) && place.at !== 0) place = parent(place)
    place = parent(place)
  }
  if (place.last !== 0) throw new InvalidProof('the proof is too short')
}

function assertHashes(hashes: readonly Hash[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) {
    throw new InvalidProof(`a hash has ${HASH_BYTES} bytes`)
  }
}

// Sizes may pass 2³¹, where bit operators end.
const parent = ({ at, last }: Place): Place => ({
  at: Math.floor(at / 2),
  last: Math.floor(last / 2),
})
const isOdd = (n: number): boolean => n % 2 === 1
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n))
}
