import { EMPTY_ROOT, type Hash, nodeHash } from './hashing.ts'

/** Node `position` (from 0) of `level` (0: leaves) covers leaves `position·2^level` up to the next one's. */
export interface NodeAddress {
  readonly level: number
  readonly position: number
}

export interface Node extends NodeAddress {
  readonly hash: Hash
}

/** Complete subtrees never change, so they are all that a growing tree has to keep. */
export interface Growth {
  readonly size: number
  readonly nodes: readonly Node[]
}

/**
 * The complete subtrees that new leaves bring. `edge` are the complete subtrees that make up the tree so far,
 * as `edgeOf(size)` names them.
 */
export function grow(
  { size, edge }: { size: number; edge: readonly Node[] },
  leaves: readonly Hash[],
): Growth {
  const open = new Map(edge.map((node) => [node.level, node]))
  const nodes: Node[] = []
  leaves.forEach((hash, offset) => {
    let node: Node = { level: 0, position: size + offset, hash }
    nodes.push(node)
    for (
      let left = open.get(node.level);
      node.position % 2 === 1 && left;
      left = open.get(node.level)
    ) {
      open.delete(node.level)
      node = {
        level: node.level + 1,
        position: (node.position - 1) / 2,
        hash: nodeHash(left.hash, node.hash),
      }
      nodes.push(node)
    }
    open.set(node.level, node)
  })
  return { size: size + leaves.length, nodes }
}

/** The complete subtrees that leaves `from` up to, not including, `to` consist of, widest first. */
export function subtreesOf(from: number, to: number): NodeAddress[] {
  const found: NodeAddress[] = []
  for (let at = from; at < to;) {
    let level = 0
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level += 1
    found.push({ level, position: at / 2 ** level })
    at += 2 ** level
  }
  return found
}

export function edgeOf(size: number): NodeAddress[] {
  return subtreesOf(0, size)
}

/** The hash over neighbouring complete subtrees, widest on the left (RFC 6962 §2.1). */
export function fold(hashes: readonly Hash[]): Hash {
  const last = hashes.at(-1)
  if (last === undefined) return EMPTY_ROOT
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}
