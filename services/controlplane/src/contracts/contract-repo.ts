import { type Selectable, sql, type SqlBool } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { ContractRow } from '../db/schema.ts'
import type { OffsetPage, Page } from '../pages.ts'
import type { Contract, ContractUser } from './contract.ts'

export async function find(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Contract | undefined> {
  const row = await live(db, organizationId).where('contracts.name', '=', name).executeTakeFirst()
  return row && toContract(row)
}

export async function findById(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Contract | undefined> {
  const row = await live(db, organizationId).where('contracts.id', '=', id).executeTakeFirst()
  return row && toContract(row)
}

type Viewer = Pick<Actor, 'kind' | 'organizationId' | 'projectIds'>

/** By name. */
export async function list(db: Db, viewer: Viewer, page: OffsetPage): Promise<Page<Contract>> {
  const query = live(db, viewer.organizationId).where(visibleTo(db, viewer))
  const rows = await query
    .orderBy('contracts.name')
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute()
  const counted = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: rows.map(toContract), totalCount: counted.total }
}

/** The same as `isVisibleTo`, as a condition. */
function visibleTo(db: Db, { kind, organizationId, projectIds }: Viewer) {
  if (projectIds === undefined) return sql<SqlBool>`true`
  const users = db
    .selectFrom('workflows')
    .where('workflows.organization_id', '=', organizationId)
    .whereRef('workflows.contract_id', '=', sql.ref('contracts.id'))
    .where('workflows.deleted_at', 'is', null)
    .where(inProjects('workflows.project_id', projectIds))
    .select('workflows.id')
  const own = inProjects('contracts.project_id', projectIds)
  const shared = kind === 'user' ? sql<SqlBool>`contracts.project_id is null` : sql`false`
  return sql<SqlBool>`(${own} or ${shared} or exists ${users})`
}

/** Of one of their projects, or used by a workflow of one; people see those of the whole organization, too. */
export function isVisibleTo(
  contract: Contract,
  { kind, projectIds }: Pick<Viewer, 'kind' | 'projectIds'>,
): boolean {
  if (projectIds === undefined) return true
  if (contract.project === undefined && kind === 'user') return true
  const used = [contract.project?.id, ...contract.workflows.map(({ projectId }) => projectId)]
  return used.some((id) => id !== undefined && projectIds.includes(id))
}

/** Undefined when the organization already has a live contract with that name. */
export async function insert(
  db: Db,
  contract: {
    organizationId: string
    projectId: string | undefined
    name: string
    description: string
  },
): Promise<{ id: string } | undefined> {
  return db
    .insertInto('contracts')
    .values({
      organization_id: contract.organizationId,
      project_id: contract.projectId ?? null,
      name: contract.name,
      description: contract.description,
    })
    .onConflict((oc) =>
      oc.columns(['organization_id', 'name']).where('deleted_at', 'is', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
}

/** Held until the transaction ends: revisions of one contract are written one after the other. */
export async function lock(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  await db
    .selectFrom('contracts')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('id')
    .forNoKeyUpdate()
    .execute()
}

export async function update(
  db: Db,
  {
    organizationId,
    id,
    ...change
  }: { organizationId: string; id: string; description?: string; latestRevision?: number },
): Promise<void> {
  await db
    .updateTable('contracts')
    .set({
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.latestRevision === undefined ? {} : { latest_revision: change.latestRevision }),
      updated_at: new Date(),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  await db
    .updateTable('contracts')
    .set({ deleted_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

function live(db: Db, organizationId: string) {
  return db
    .selectFrom('contracts')
    .innerJoin('contract_revisions as latest', (join) =>
      join
        .onRef('latest.contract_id', '=', 'contracts.id')
        .onRef('latest.revision', '=', 'contracts.latest_revision'),
    )
    .leftJoin('projects', 'projects.id', 'contracts.project_id')
    .where('contracts.organization_id', '=', organizationId)
    .where('contracts.deleted_at', 'is', null)
    .selectAll('contracts')
    .select(['projects.name as project_name', 'latest.created_at as latest_revision_at'])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('workflows')
          .innerJoin('projects as p', 'p.id', 'workflows.project_id')
          .whereRef('workflows.contract_id', '=', 'contracts.id')
          .where('workflows.organization_id', '=', organizationId)
          .where('workflows.deleted_at', 'is', null)
          .select(['workflows.id', 'workflows.name', 'p.id as projectId', 'p.name as projectName'])
          .orderBy(sql`p.name, workflows.name`)
          .$castTo<ContractUser>(),
      ).as('workflows'),
    )
}

function toContract(
  row: Selectable<ContractRow> & {
    project_name: string | null
    latest_revision_at: Date
    workflows: ContractUser[]
  },
): Contract {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    project:
      row.project_id === null ? undefined : { id: row.project_id, name: row.project_name ?? '' },
    latestRevision: row.latest_revision,
    latestRevisionAt: row.latest_revision_at,
    workflows: row.workflows,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
