import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { EMPTY_ROOT, type Hash, leafHash, nodeHash } from './hashing.ts'
import { consistencyParts, inclusionParts, type ProofPart } from './proof-parts.ts'
import { edgeOf, fold, grow, type Node, type NodeAddress } from './tree.ts'
import { InvalidProof, verifyConsistency, verifyInclusion } from './verify-proof.ts'

const vectors = process.env['CHAINLOOP_TESTDATA']
const maybe = vectors === undefined ? test.skip : test

interface Vector {
  readonly desc: string
  readonly wantErr: boolean
  readonly proof: readonly string[] | null
  readonly leafIdx?: number
  readonly treeSize?: number
  readonly root?: string
  readonly leafHash?: string
  readonly size1?: number
  readonly size2?: number
  readonly root1?: string
  readonly root2?: string
}

function vectorsIn(folder: string): Vector[] {
  const root = join(vectors ?? '', 'merkle', folder)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Vector)
}

const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64')

function holds(check: () => void): boolean {
  try {
    check()
    return true
  } catch (cause) {
    if (cause instanceof InvalidProof) return false
    throw cause
  }
}

maybe('inclusion proofs are judged as others judge them', () => {
  const all = vectorsIn('inclusion')
  const wrong = all.filter((vector) => {
    const head = { size: vector.treeSize ?? 0, root: bytes(vector.root) }
    const proof = (vector.proof ?? []).map(bytes)
    const leaf = bytes(vector.leafHash)
    return (
      holds(() => verifyInclusion(head, { index: vector.leafIdx ?? 0, leaf, proof })) ===
      vector.wantErr
    )
  })

  expect(all.length).toBeGreaterThan(20)
  expect(wrong.map(({ desc }) => desc)).toEqual([])
})

maybe('consistency proofs are judged as others judge them', () => {
  const all = vectorsIn('consistency')
  const wrong = all.filter((vector) => {
    const earlier = { size: vector.size1 ?? 0, root: bytes(vector.root1) }
    const later = { size: vector.size2 ?? 0, root: bytes(vector.root2) }
    return (
      holds(() => verifyConsistency(earlier, later, (vector.proof ?? []).map(bytes))) ===
      vector.wantErr
    )
  })

  expect(all.length).toBeGreaterThan(20)
  expect(wrong.map(({ desc }) => desc)).toEqual([])
})

/** By the recursive definition of RFC 6962 §2.1. */
function definedRoot(leaves: readonly Hash[]): Hash {
  const [first] = leaves
  if (!first) return EMPTY_ROOT
  if (leaves.length === 1) return first
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)))
}

const leavesOf = (count: number): Hash[] =>
  Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)))

/** A tree that grew in these steps; like a table of nodes. */
function treeOf(steps: readonly number[]) {
  const all = leavesOf(steps.reduce((sum, step) => sum + step, 0))
  const kept = new Map<string, Node>()
  const read = ({ level, position }: NodeAddress): Node => {
    const node = kept.get(`${level}/${position}`)
    if (!node) throw new Error(`node ${level}/${position} is not kept`)
    return node
  }
  let size = 0
  for (const step of steps) {
    const grown = grow({ size, edge: edgeOf(size).map(read) }, all.slice(size, size + step))
    for (const node of grown.nodes) kept.set(`${node.level}/${node.position}`, node)
    size = grown.size
  }
  const hashes = (part: ProofPart): Hash[] => part.map((address) => read(address).hash)
  return {
    all,
    size,
    rootAt: (n: number) => fold(hashes(edgeOf(n))),
    proof: (parts: readonly ProofPart[]) => parts.map((part) => fold(hashes(part))),
  }
}

const steps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })

test('a tree grown in any steps has the defined root at every size', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const tree = treeOf(given)
      for (let n = 0; n <= tree.size; n += 1) {
        expect(Buffer.from(tree.rootAt(n))).toEqual(Buffer.from(definedRoot(tree.all.slice(0, n))))
      }
    }),
    { numRuns: 50 },
  )
})

test('every leaf of every size is proven, and nothing else is', () => {
  const tree = treeOf([5, 1, 1, 12, 2])
  for (let size = 1; size <= tree.size; size += 1) {
    const head = { size, root: tree.rootAt(size) }
    for (let index = 0; index < size; index += 1) {
      const proof = tree.proof(inclusionParts(index, size))
      const leaf = tree.all[index] ?? EMPTY_ROOT
      verifyInclusion(head, { index, leaf, proof })
      const other = tree.all[(index + 1) % size] ?? EMPTY_ROOT
      const isForged = size > 1 && holds(() => verifyInclusion(head, { index, leaf: other, proof }))
      expect(isForged).toBe(false)
    }
  }
})

test('every size continues every earlier one, and no changed history does', () => {
  const tree = treeOf([5, 1, 1, 12, 2])
  const changed = treeOf([21])
  changed.all[3] = leafHash(Buffer.from('changed'))
  for (let size = 2; size <= tree.size; size += 1) {
    for (let earlier = 1; earlier < size; earlier += 1) {
      const proof = tree.proof(consistencyParts(earlier, size))
      const old = { size: earlier, root: tree.rootAt(earlier) }
      verifyConsistency(old, { size, root: tree.rootAt(size) }, proof)
      const forged = { size, root: definedRoot(changed.all.slice(0, size)) }
      const isForged = forged.size > 3 && holds(() => verifyConsistency(old, forged, proof))
      expect(isForged).toBe(false)
    }
  }
})

test('a leaf cannot pass for a node', () => {
  const [a, b] = leavesOf(2)
  const node = nodeHash(a ?? EMPTY_ROOT, b ?? EMPTY_ROOT)

  expect(leafHash(Buffer.concat([a ?? EMPTY_ROOT, b ?? EMPTY_ROOT]))).not.toEqual(node)
})
