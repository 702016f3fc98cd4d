import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ContractRevisionRow } from '../db/schema.ts'
import type { ContractFormat, ContractRevision } from './contract.ts'

export async function find(
  db: Db,
  wanted: { organizationId: string; contractId: string; revision: number },
): Promise<ContractRevision | undefined> {
  const row = await db
    .selectFrom('contract_revisions')
    .where('organization_id', '=', wanted.organizationId)
    .where('contract_id', '=', wanted.contractId)
    .where('revision', '=', wanted.revision)
    .selectAll()
    .executeTakeFirst()
  return row && toRevision(row)
}

export async function findById(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<ContractRevision | undefined> {
  const row = await db
    .selectFrom('contract_revisions')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .selectAll()
    .executeTakeFirst()
  return row && toRevision(row)
}

export async function findLatest(
  db: Db,
  { organizationId, contractId }: { organizationId: string; contractId: string },
): Promise<ContractRevision | undefined> {
  const row = await db
    .selectFrom('contract_revisions')
    .where('organization_id', '=', organizationId)
    .where('contract_id', '=', contractId)
    .selectAll()
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toRevision(row)
}

export async function insert(
  db: Db,
  revision: {
    organizationId: string
    contractId: string
    revision: number
    rawBody: Uint8Array
    format: ContractFormat
    digest: string
    description: string
  },
): Promise<ContractRevision> {
  const row = await db
    .insertInto('contract_revisions')
    .values({
      organization_id: revision.organizationId,
      contract_id: revision.contractId,
      revision: revision.revision,
      raw_body: revision.rawBody,
      format: revision.format,
      digest: revision.digest,
      description: revision.description,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toRevision(row)
}

function toRevision(row: Selectable<ContractRevisionRow>): ContractRevision {
  return {
    id: row.id,
    contractId: row.contract_id,
    revision: row.revision,
    rawBody: row.raw_body,
    format: row.format,
    digest: row.digest,
    description: row.description,
    createdAt: row.created_at,
  }
}
