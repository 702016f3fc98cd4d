import type { Selectable } from 'kysely'
import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { ReferrerRow } from '../db/schema.ts'
import type { NewReferrer, Referrer, ReferrerGraph } from './referrer.ts'

export interface ReferrerScope {
  readonly organizationId: string
  readonly projectId: string
  readonly projectVersionId: string
}

/** Adds nodes, edges in both directions, and who may see them. What is there already stays. */
export async function insertGraph(
  tx: Db,
  scope: ReferrerScope,
  { attestation, about }: ReferrerGraph,
): Promise<void> {
  const ids = await upsertNodes(tx, scope.organizationId, [attestation, ...about])
  const [root, ...others] = ids
  if (root === undefined) return
  await tx
    .insertInto('referrer_projects')
    .values(
      ids.map((id) => ({
        organization_id: scope.organizationId,
        referrer_id: id,
        project_id: scope.projectId,
        project_version_id: scope.projectVersionId,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  if (others.length === 0) return
  const edge = (from: string, to: string) => ({
    organization_id: scope.organizationId,
    from_id: from,
    to_id: to,
  })
  await tx
    .insertInto('referrer_edges')
    .values(others.flatMap((other) => [edge(root, other), edge(other, root)]))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Ids in the order of the nodes. Sorted writes: two transactions that share nodes cannot wait for each other. */
async function upsertNodes(
  tx: Db,
  organizationId: string,
  nodes: readonly NewReferrer[],
): Promise<string[]> {
  const distinct = new Map(nodes.map((node) => [keyOf(node), node]))
  const rows = await tx
    .insertInto('referrers')
    .values(
      [...distinct.entries()]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, node]) => ({
          organization_id: organizationId,
          digest: node.digest,
          kind: node.kind,
          downloadable: node.downloadable,
          metadata: JSON.stringify(node.metadata),
          annotations: JSON.stringify(node.annotations),
        })),
    )
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'digest', 'kind']).doUpdateSet({
        downloadable: sql<boolean>`referrers.downloadable or excluded.downloadable`,
      }),
    )
    .returning(['id', 'digest', 'kind'])
    .execute()
  const ids = new Map(rows.map((row) => [keyOf(row), row.id]))
  return [...distinct.keys()].flatMap((key) => ids.get(key) ?? [])
}

/** Beside what is known of a node already. */
export async function addMetadata(
  tx: Db,
  {
    organizationId,
    digest,
    kind,
  }: { readonly organizationId: string; readonly digest: string; readonly kind: string },
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await tx
    .updateTable('referrers')
    .set({ metadata: sql`metadata || ${JSON.stringify(metadata)}::jsonb` })
    .where('organization_id', '=', organizationId)
    .where('digest', '=', digest)
    .where('kind', '=', kind)
    .execute()
}

function keyOf({ digest, kind }: Pick<Referrer, 'digest' | 'kind'>): string {
  return `${digest} ${kind}`
}

/** Which part of an organization's graph somebody looks at. */
export interface Visible {
  readonly organizationId: string
  /** Undefined: every project. */
  readonly projectIds: readonly string[] | undefined
  readonly projectVersionId?: string | undefined
}

export interface FoundReferrer extends Referrer {
  readonly id: string
}

/** Of every kind, at most three: more than one is ambiguous already. */
export async function findByDigest(
  db: Db,
  visible: Visible,
  wanted: { readonly digest: string; readonly kind?: string | undefined },
): Promise<FoundReferrer[]> {
  const rows = await selectVisible(db, visible)
    .where('referrers.digest', '=', wanted.digest)
    .$if(wanted.kind !== undefined, (query) =>
      query.where('referrers.kind', '=', wanted.kind ?? ''),
    )
    .orderBy('referrers.kind')
    .limit(3)
    .execute()
  return rows.map(toReferrer)
}

export interface ReferencePage {
  readonly limit: number
  readonly after?: { readonly createdAt: Date; readonly id: string } | undefined
}

export interface Link {
  readonly referrer: FoundReferrer
  readonly linkedAt: Date
}

interface Listing {
  readonly from: string
  readonly page: ReferencePage
  /** Empty: all. */
  readonly kinds: readonly string[]
}

/** What a node refers to, latest edge first; `createdAt` of the position is the edge's. */
export async function listReferences(
  db: Db,
  visible: Visible,
  { from, page, kinds }: Listing,
): Promise<Link[]> {
  const { after } = page
  const rows = await selectReferences(db, visible)
    .where('referrer_edges.from_id', '=', from)
    .$if(kinds.length > 0, (query) => query.where('referrers.kind', 'in', [...kinds]))
    .$if(after !== undefined, (query) =>
      query.where((or) =>
        or(
          or.refTuple('referrer_edges.created_at', 'referrer_edges.to_id'),
          '<',
          or.tuple(after?.createdAt ?? new Date(0), after?.id ?? ''),
        ),
      ),
    )
    .orderBy('referrer_edges.created_at', 'desc')
    .orderBy('referrer_edges.to_id', 'desc')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({ referrer: toReferrer(row), linkedAt: row.linked_at }))
}

export interface NestedLink {
  /** The node that refers to it. */
  readonly from: Pick<Referrer, 'digest' | 'kind'>
  readonly referrer: FoundReferrer
  /** Among what that node refers to, latest first, from 1. */
  readonly place: number
}

/** What several nodes refer to, the latest visible ones of each. */
export async function listReferencesOf(
  db: Db,
  visible: Visible,
  {
    nodes,
    limit,
  }: { readonly nodes: readonly Pick<Referrer, 'digest' | 'kind'>[]; readonly limit: number },
): Promise<NestedLink[]> {
  if (nodes.length === 0) return []
  const latest = selectReferences(db, visible)
    .where('referrer_edges.from_id', '=', sql.ref<string>('origin.id'))
    .orderBy('referrer_edges.created_at', 'desc')
    .orderBy('referrer_edges.to_id', 'desc')
    .limit(limit)
  const rows = await db
    .selectFrom('referrers as origin')
    .innerJoinLateral(latest.as('link'), (join) => join.onTrue())
    .where('origin.organization_id', '=', visible.organizationId)
    .where((or) =>
      or(
        or.refTuple('origin.digest', 'origin.kind'),
        'in',
        nodes.map(({ digest, kind }) => or.tuple(digest, kind)),
      ),
    )
    .selectAll('link')
    .select(['origin.digest as from_digest', 'origin.kind as from_kind'])
    .orderBy('link.linked_at', 'desc')
    .orderBy('link.id', 'desc')
    .execute()
  const places = new Map<string, number>()
  return rows.map((row) => {
    const from = { digest: row.from_digest, kind: row.from_kind }
    const place = (places.get(keyOf(from)) ?? 0) + 1
    places.set(keyOf(from), place)
    return { from, referrer: toReferrer(row), place }
  })
}

function selectReferences(db: Db, visible: Visible) {
  return selectVisible(db, visible)
    .innerJoin('referrer_edges', (join) =>
      join
        .onRef('referrer_edges.to_id', '=', 'referrers.id')
        .onRef('referrer_edges.organization_id', '=', 'referrers.organization_id'),
    )
    .select('referrer_edges.created_at as linked_at')
}

function selectVisible(db: Db, { organizationId, projectIds, projectVersionId }: Visible) {
  return db
    .selectFrom('referrers')
    .selectAll('referrers')
    .where('referrers.organization_id', '=', organizationId)
    .where((where) =>
      where.exists(
        where
          .selectFrom('referrer_projects')
          .select('referrer_projects.referrer_id')
          .whereRef('referrer_projects.referrer_id', '=', 'referrers.id')
          .where('referrer_projects.organization_id', '=', organizationId)
          .where(inProjects('referrer_projects.project_id', projectIds))
          .$if(projectVersionId !== undefined, (query) =>
            query.where('referrer_projects.project_version_id', '=', projectVersionId ?? ''),
          ),
      ),
    )
}

function toReferrer(row: Selectable<ReferrerRow>): FoundReferrer {
  return {
    id: row.id,
    digest: row.digest,
    kind: row.kind,
    downloadable: row.downloadable,
    metadata: strings(row.metadata),
    annotations: strings(row.annotations),
    createdAt: row.created_at,
  }
}

function strings(json: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]))
}
