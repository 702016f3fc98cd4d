import { type NodeAddress, subtreesOf } from './tree.ts'

/** A range of leaves whose hash is one element of a proof; several complete subtrees where it is not one itself. */
export type ProofPart = readonly NodeAddress[]

/** What proves that leaf `index` is in the first `size` leaves, from the leaf upwards (RFC 6962 §2.1.1). */
export function inclusionParts(index: number, size: number): ProofPart[] {
  return pathTo(index, { from: 0, to: size })
}

/** What proves that the first `size` leaves continue the first `earlier` ones (RFC 6962 §2.1.2). */
export function consistencyParts(earlier: number, size: number): ProofPart[] {
  return earlier === 0 || earlier === size ? [] : subproof(earlier, { from: 0, to: size }, true)
}

interface Range {
  readonly from: number
  readonly to: number
}

function pathTo(index: number, { from, to }: Range): ProofPart[] {
  if (to - from <= 1) return []
  const middle = from + split(to - from)
  return index < middle
    ? [...pathTo(index, { from, to: middle }), subtreesOf(middle, to)]
    : [...pathTo(index, { from: middle, to }), subtreesOf(from, middle)]
}

/** `isWhole`: the earlier tree is this very range, whose root its owner knows. */
function subproof(earlier: number, { from, to }: Range, isWhole: boolean): ProofPart[] {
  if (earlier === to) return isWhole ? [] : [subtreesOf(from, to)]
  const middle = from + split(to - from)
  return earlier <= middle
    ? [...subproof(earlier, { from, to: middle }, isWhole), subtreesOf(middle, to)]
    : [...subproof(earlier, { from: middle, to }, false), subtreesOf(from, middle)]
}

/** The largest power of two below n. */
function split(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1)
}
