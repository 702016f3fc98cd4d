import type { Selectable, Updateable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { OrganizationRow } from '../db/schema.ts'
import * as users from '../users/user-repo.ts'
import type { Organization, OrganizationSettings } from './organization.ts'

export async function find(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<Organization | undefined> {
  const row = await db
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .selectAll()
    .executeTakeFirst()
  return row && toOrganization(row)
}

export async function findByName(db: Db, name: string): Promise<Organization | undefined> {
  const row = await db
    .selectFrom('organizations')
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .selectAll()
    .executeTakeFirst()
  return row && toOrganization(row)
}

/** Live ones, in no order. */
export async function findAll(db: Db, ids: readonly string[]): Promise<Organization[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('organizations')
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .selectAll()
    .execute()
  return rows.map(toOrganization)
}

/** Undefined when a live organization has that name. */
export async function insert(db: Db, name: string): Promise<Organization | undefined> {
  const row = await db
    .insertInto('organizations')
    .values({ name })
    .onConflict((oc) => oc.columns(['name']).where('deleted_at', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toOrganization(row)
}

/** Absent settings stay as they are. */
export async function update(
  db: Db,
  { organizationId, settings }: { organizationId: string; settings: Partial<OrganizationSettings> },
): Promise<Organization | undefined> {
  const row = await db
    .updateTable('organizations')
    .set({ ...fromSettings(settings), updated_at: new Date() })
    .where('id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && toOrganization(row)
}

export async function setSuspended(
  tx: Db,
  { organizationId, suspended }: { organizationId: string; suspended: boolean },
): Promise<void> {
  await tx
    .updateTable('organizations')
    .set({ suspended, updated_at: new Date() })
    .where('id', '=', organizationId)
    .execute()
}

/** Ends every membership of it. False when it is deleted already. */
export async function remove(
  tx: Db,
  { organizationId }: { organizationId: string },
): Promise<boolean> {
  await tx.deleteFrom('memberships').where('organization_id', '=', organizationId).execute()
  await users.leaveCurrentOrganization(tx, { organizationId })
  await tx
    .updateTable('invitations')
    .set({ state: 'revoked', ended_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('state', '=', 'pending')
    .execute()
  const { numUpdatedRows } = await tx
    .updateTable('organizations')
    .set({ deleted_at: new Date() })
    .where('id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const COLUMNS = {
  blockOnPolicyViolation: 'block_on_policy_violation',
  policiesAllowedHostnames: 'policies_allowed_hostnames',
  preventImplicitWorkflowCreation: 'prevent_implicit_workflow_creation',
  restrictContractCreationToOrgAdmins: 'restrict_contract_creation_to_org_admins',
  apiTokenMaxDaysInactive: 'api_token_max_days_inactive',
  enableAiAgentCollector: 'enable_ai_agent_collector',
  blockAttestationsOnReleasedVersions: 'block_attestations_on_released_versions',
  skipRunnerEnvVars: 'skip_runner_env_vars',
  allowJobContractUpdate: 'allow_job_contract_update',
  allowOldContractRevisions: 'allow_old_contract_revisions',
  twoPersonPolicyExceptions: 'two_person_policy_exceptions',
  publicLog: 'public_log',
} as const satisfies Record<keyof OrganizationSettings, keyof OrganizationRow>

/** A setting that is there and undefined becomes null; one that is not there is left alone. */
function fromSettings(settings: Partial<OrganizationSettings>): Updateable<OrganizationRow> {
  const given = Object.entries(settings) as [keyof OrganizationSettings, unknown][]
  return Object.fromEntries(given.map(([name, value]) => [COLUMNS[name], value ?? null]))
}

function toOrganization(row: Selectable<OrganizationRow>): Organization {
  return {
    id: row.id,
    name: row.name,
    suspended: row.suspended,
    settings: {
      blockOnPolicyViolation: row.block_on_policy_violation,
      policiesAllowedHostnames: row.policies_allowed_hostnames,
      preventImplicitWorkflowCreation: row.prevent_implicit_workflow_creation,
      restrictContractCreationToOrgAdmins: row.restrict_contract_creation_to_org_admins,
      apiTokenMaxDaysInactive: row.api_token_max_days_inactive ?? undefined,
      enableAiAgentCollector: row.enable_ai_agent_collector,
      blockAttestationsOnReleasedVersions: row.block_attestations_on_released_versions,
      skipRunnerEnvVars: row.skip_runner_env_vars,
      allowJobContractUpdate: row.allow_job_contract_update,
      allowOldContractRevisions: row.allow_old_contract_revisions,
      twoPersonPolicyExceptions: row.two_person_policy_exceptions,
      publicLog: row.public_log,
    },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
