import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { readPosition, writePosition } from '../db/position.ts'
import { growTree, keyOf, nodesOf, pruneTree, type ReferrerTree, treeOf } from './graph-walk.ts'
import type { FoundReferrer, Link } from './referrer-repo.ts'
import * as referrers from './referrer-repo.ts'
import { type View, viewsOf, type Wanted } from './views.ts'

export interface DiscoverInput extends Wanted {
  readonly digest: string
  /** Empty: any, as long as there is one. */
  readonly kind: string
  /** Levels of references; absent or 0: one. */
  readonly depth?: number
  /** References of these and what leads to them; absent or empty: all. */
  readonly referenceKinds?: readonly string[]
  readonly cursor: string
  /** References of the root; 0: 20. */
  readonly limit: number
}

export interface Discovery {
  readonly root: ReferrerTree
  /** Of the first level. Empty: there is no further page. */
  readonly nextCursor: string
}

const DEFAULT_LIMIT = 20

export async function discover(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  input: DiscoverInput,
): Promise<Discovery> {
  const views = await viewsOf(db, actor, input)
  const roots = await getRoots(db, views, input)
  const [first] = roots
  if (!first) throw notFound('artifact', input.digest)
  const { links, nextCursor } = await firstLevel(db, roots, input)
  const root = treeOf(first.referrer, first.view)
  const isKnown = new Set([keyOf(root)])
  for (const { referrer, view } of links) {
    if (isKnown.has(keyOf(referrer))) continue
    isKnown.add(keyOf(referrer))
    root.references.push(treeOf(referrer, view))
  }
  await growTree(db, views, { root, levels: Math.max(input.depth ?? 1, 1) - 1 })
  const kinds = input.referenceKinds ?? []
  const tree = kinds.length === 0 ? root : pruneTree(root, kinds)
  return { root: await withReadable(db, actor, tree), nextCursor }
}

interface InView {
  readonly referrer: FoundReferrer
  readonly view: View
}

/** The node in every organization that has it, the own one first. */
async function getRoots(
  db: Db,
  views: readonly View[],
  { digest, kind }: DiscoverInput,
): Promise<readonly InView[]> {
  const found: InView[] = []
  for (const view of views) {
    const some = await referrers.findByDigest(db, view, { digest, kind: kind || undefined })
    found.push(...some.map((referrer) => ({ referrer, view })))
  }
  const kinds = [...new Set(found.map(({ referrer }) => referrer.kind))]
  if (kinds.length > 1) {
    throw invalid(`digest ${digest} is of several kinds: ${kinds.toSorted().join(', ')}`, {
      reason: 'AMBIGUOUS_DIGEST',
      hint: 'name the kind',
    })
  }
  return found
}

/** A page of what the root refers to in all of these organizations, latest first. */
async function firstLevel(
  db: Db,
  roots: readonly InView[],
  input: DiscoverInput,
): Promise<{ readonly links: readonly (Link & InView)[]; readonly nextCursor: string }> {
  const limit = input.limit || DEFAULT_LIMIT
  const after = readPosition(input.cursor)
  // With levels below, what is of another kind may lead to one of these.
  const kinds = (input.depth ?? 1) > 1 ? [] : (input.referenceKinds ?? [])
  const pages: (Link & InView)[] = []
  for (const { referrer: root, view } of roots) {
    const page = { limit: limit + 1, after }
    const links = await referrers.listReferences(db, view, { from: root.id, page, kinds })
    pages.push(...links.map((link) => ({ ...link, view })))
  }
  const all = pages.toSorted(latestFirst)
  const links = all.slice(0, limit)
  const last = all.length > limit ? links.at(-1) : undefined
  const nextCursor = last ? writePosition({ createdAt: last.linkedAt, id: last.referrer.id }) : ''
  return { links, nextCursor }
}

function latestFirst(one: Link, other: Link): number {
  const later = other.linkedAt.getTime() - one.linkedAt.getTime()
  return later === 0 ? (one.referrer.id < other.referrer.id ? 1 : -1) : later
}

/** Whether bytes may be read is a question of the caller's own projects, whoever shares the node. */
async function withReadable(db: Db, actor: Actor, tree: ReferrerTree): Promise<ReferrerTree> {
  const digests = nodesOf(tree).map(({ digest }) => digest)
  const readable = await mappings.listReadable(db, actor, digests)
  const mark = (node: ReferrerTree): ReferrerTree => ({
    ...node,
    downloadable: readable.has(node.digest),
    references: node.references.map(mark),
  })
  return mark(tree)
}
