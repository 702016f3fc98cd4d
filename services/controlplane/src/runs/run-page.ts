import { type RawBuilder, type SqlBool, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { isBehind, type Position } from '../db/position.ts'
import type { PolicyStatus, RunState } from './run.ts'

/** Whose runs: every one of the organization, or those of some projects, workflows or versions. */
export type RunScope =
  | 'organization'
  | {
      readonly column: 'project_id' | 'workflow_id' | 'project_version_id'
      readonly ids: readonly string[]
    }

export interface RunFilter {
  readonly organizationId: string
  readonly scope: RunScope
  /** In addition to the scope. */
  readonly versionIds: readonly string[] | undefined
  readonly state: RunState | undefined
  readonly policyStatus: PolicyStatus | undefined
  readonly hasGates: boolean | undefined
}

interface PageRequest {
  readonly after: Position | undefined
  readonly limit: number
}

/**
 * Ids of a page, newest first. Of each project, workflow or version no more than a page is read, in the order of an
 * index: what a list costs does not depend on how many runs there are.
 */
export async function pageOfRuns(
  db: Db,
  filter: RunFilter,
  { after, limit }: PageRequest,
): Promise<readonly string[]> {
  const { scope, versionIds } = filter
  if (versionIds?.length === 0) return []
  const page = (where: readonly RawBuilder<SqlBool>[]): RawBuilder<PageRow> => sql<PageRow>`
    select runs.id, runs.created_at from runs
    where ${sql.join([...where, ...conditions(filter), isBehind('runs', after, 'newest first')], sql` and `)}
    order by runs.created_at desc, runs.id desc limit ${limit}`
  if (scope === 'organization') return idsOf(await page([]).execute(db))
  const [only, ...others] = scope.ids
  if (only === undefined) return []
  const column = sql.ref(`runs.${scope.column}`)
  if (others.length === 0) return idsOf(await page([sql<SqlBool>`${column} = ${only}`]).execute(db))
  const merged = sql<PageRow>`
    select page.id, page.created_at from unnest(${[...scope.ids]}::uuid[]) as one (id)
    cross join lateral (${page([sql<SqlBool>`${column} = one.id`])}) as page
    order by page.created_at desc, page.id desc limit ${limit}`
  return idsOf(await merged.execute(db))
}

interface PageRow {
  readonly id: string
}

function idsOf({ rows }: { readonly rows: readonly PageRow[] }): readonly string[] {
  return rows.map(({ id }) => id)
}

function conditions(filter: RunFilter): RawBuilder<SqlBool>[] {
  const { organizationId, versionIds, state, policyStatus, hasGates } = filter
  return [
    sql`runs.organization_id = ${organizationId}`,
    ...(versionIds === undefined ? [] : [isVersion(versionIds)]),
    ...(state === undefined ? [] : [sql<SqlBool>`runs.state = ${state}`]),
    ...(policyStatus === undefined ? [] : [sql<SqlBool>`runs.policy_status = ${policyStatus}`]),
    ...(hasGates === undefined ? [] : [sql<SqlBool>`runs.policy_has_gates = ${hasGates}`]),
  ]
}

/** One is the rule, and only that has an order in the index. */
function isVersion(ids: readonly string[]): RawBuilder<SqlBool> {
  const [only, ...others] = ids
  return only !== undefined && others.length === 0
    ? sql`runs.project_version_id = ${only}`
    : sql`runs.project_version_id = any(${[...ids]}::uuid[])`
}
