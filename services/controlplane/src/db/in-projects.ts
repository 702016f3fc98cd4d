import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** Of the projects that somebody sees: all of them when undefined, nothing when there are none. */
export function inProjects(
  column: string,
  projectIds: readonly string[] | undefined,
): RawBuilder<SqlBool> {
  return projectIds === undefined
    ? sql<SqlBool>`true`
    : sql<SqlBool>`${sql.ref(column)} = any(${[...projectIds]}::uuid[])`
}
