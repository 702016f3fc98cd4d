import type { Hash } from './hashing.ts'
import { edgeOf, fold, grow, type Node } from './tree.ts'
import type { TreeHead } from './verify-proof.ts'

/** A tree of which nothing is kept but the complete subtrees at its edge: about 64 hashes at most. */
export interface GrowingTree {
  readonly size: number
  readonly edge: readonly Node[]
}

export const emptyTree: GrowingTree = { size: 0, edge: [] }

/** The tree with these leaves added. */
export function withLeaves(tree: GrowingTree, leaves: readonly Hash[]): GrowingTree {
  const { size, nodes } = grow(tree, leaves)
  const known = [...tree.edge, ...nodes]
  const edge = edgeOf(size).flatMap(({ level, position }) =>
    known.filter((node) => node.level === level && node.position === position),
  )
  return { size, edge }
}

export function headOf({ size, edge }: GrowingTree): TreeHead {
  return { size, root: fold(edge.map(({ hash }) => hash)) }
}
