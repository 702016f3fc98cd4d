import type { Pin } from '@chainloop/policy/references/close-references'
import type { Selectable } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'

import type { Db } from '../db/db.ts'
import type { ContractRevisionRow } from '../db/schema.ts'
import * as pinRepo from './contract-pin-repo.ts'
import type { ContractFormat, ContractRevision } from './contract.ts'

export async function find(
  db: Db,
  wanted: { organizationId: string; contractId: string; revision: number },
): Promise<ContractRevision | undefined> {
  const row = await select(db, wanted.organizationId)
    .where('contract_id', '=', wanted.contractId)
    .where('revision', '=', wanted.revision)
    .executeTakeFirst()
  return row && toRevision(row)
}

export async function findById(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<ContractRevision | undefined> {
  const row = await select(db, organizationId).where('id', '=', id).executeTakeFirst()
  return row && toRevision(row)
}

export async function findLatest(
  db: Db,
  { organizationId, contractId }: { organizationId: string; contractId: string },
): Promise<ContractRevision | undefined> {
  const row = await select(db, organizationId)
    .where('contract_id', '=', contractId)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toRevision(row)
}

function select(db: Db, organizationId: string) {
  return db
    .selectFrom('contract_revisions')
    .where('contract_revisions.organization_id', '=', organizationId)
    .selectAll()
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('contract_pins')
          .whereRef('contract_pins.contract_revision_id', '=', 'contract_revisions.id')
          .where('contract_pins.organization_id', '=', organizationId)
          .select(['kind', 'reference', 'referrer', 'location', 'contract_pins.digest', 'size'])
          .orderBy('position')
          .$castTo<Pin>(),
      ).as('pins'),
    )
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
    pins: readonly Pin[]
  },
): Promise<void> {
  const { organizationId, pins } = revision
  const { id } = await db
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
    .returning('id')
    .executeTakeFirstOrThrow()
  await pinRepo.insert(db, { organizationId, revisionId: id, pins })
}

function toRevision(row: Selectable<ContractRevisionRow> & { pins: Pin[] }): ContractRevision {
  return {
    id: row.id,
    contractId: row.contract_id,
    revision: row.revision,
    rawBody: row.raw_body,
    format: row.format,
    digest: row.digest,
    description: row.description,
    pins: row.pins,
    createdAt: row.created_at,
  }
}
