import type { Db } from '../db/db.ts'
import type { FoundReferrer } from './referrer-repo.ts'
import * as referrers from './referrer-repo.ts'
import type { Referrer } from './referrer.ts'
import type { View } from './views.ts'

/** A node of the tree that is shown. */
export interface ReferrerTree extends Referrer {
  /** Name of the organization that shares it; empty: the caller's own. */
  readonly sharedBy: string
  readonly references: ReferrerTree[]
  /** It refers to more than is shown. */
  hasMore: boolean
}

/** References of a node below the first level that are shown. */
const REFERENCES_BELOW = 20
/** Of a whole answer: about 200 KB. */
const MAX_NODES = 500

export function treeOf(
  { digest, kind, downloadable, metadata, annotations, createdAt }: FoundReferrer,
  { sharedBy }: Pick<View, 'sharedBy'>,
): ReferrerTree {
  const referrer = { digest, kind, downloadable, metadata, annotations, createdAt }
  return { ...referrer, sharedBy, references: [], hasMore: false }
}

export function keyOf({ digest, kind }: Pick<Referrer, 'digest' | 'kind'>): string {
  return `${kind} ${digest}`
}

/** Adds what the first level refers to, level by level; each node comes once, where it is nearest to the root. */
export async function growTree(
  db: Db,
  views: readonly View[],
  { root, levels }: { readonly root: ReferrerTree; readonly levels: number },
): Promise<void> {
  const seen = new Set([root, ...root.references].map(keyOf))
  let frontier: readonly ReferrerTree[] = root.references
  for (let level = 0; level < levels && frontier.length > 0; level += 1) {
    frontier = await growLevel(db, views, { frontier, seen })
  }
}

interface Growth {
  readonly frontier: readonly ReferrerTree[]
  readonly seen: Set<string>
}

async function growLevel(
  db: Db,
  views: readonly View[],
  { frontier, seen }: Growth,
): Promise<readonly ReferrerTree[]> {
  const byKey = new Map(frontier.map((node) => [keyOf(node), node]))
  const added: ReferrerTree[] = []
  for (const view of views) {
    const found = await referrers.listReferencesOf(db, view, {
      nodes: frontier,
      limit: REFERENCES_BELOW + 1,
    })
    for (const { from, referrer, place } of found) {
      const parent = byKey.get(keyOf(from))
      if (!parent || seen.has(keyOf(referrer))) continue
      if (place > REFERENCES_BELOW || seen.size >= MAX_NODES) {
        parent.hasMore = true
        continue
      }
      const node = treeOf(referrer, view)
      seen.add(keyOf(referrer))
      parent.references.push(node)
      added.push(node)
    }
  }
  return added
}

/** Leaves out what is of another kind and leads to nothing of these. */
export function pruneTree(root: ReferrerTree, kinds: readonly string[]): ReferrerTree {
  const wanted = new Set(kinds)
  const prune = (node: ReferrerTree): ReferrerTree => ({
    ...node,
    references: node.references
      .map(prune)
      .filter(({ kind, references }) => wanted.has(kind) || references.length > 0),
  })
  return prune(root)
}

/** The node and everything below it. */
export function nodesOf(tree: ReferrerTree): readonly ReferrerTree[] {
  return [tree, ...tree.references.flatMap(nodesOf)]
}
