import { alreadyExists } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as contracts from './contract-repo.ts'
import * as revisions from './contract-revision-repo.ts'
import type { Contract } from './contract.ts'
import type { ContractText } from './read-contract.ts'

export interface NewContract {
  readonly name: string
  readonly projectId: string | undefined
  readonly description: string
  readonly text: ContractText
}

/** The contract with its first revision. Wants a transaction; throws `already_exists`. Returns its id. */
export async function insertContract(tx: Db, actor: Actor, contract: NewContract): Promise<string> {
  const { organizationId } = actor
  const inserted = await contracts.insert(tx, { organizationId, ...contract })
  if (!inserted) throw alreadyExists('contract', contract.name)
  await insertRevision(tx, {
    organizationId,
    contractId: inserted.id,
    revision: 1,
    text: contract.text,
  })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'contract.created',
    targetType: 'contract',
    targetId: inserted.id,
    details: { name: contract.name, digest: contract.text.digest, projectId: contract.projectId },
  })
  return inserted.id
}

/**
 * A new revision where the bytes differ from the latest. Wants a transaction, whose end lets others write theirs.
 * Returns the revision's number and whether it is new.
 */
export async function addRevision(
  tx: Db,
  actor: Actor,
  { contract, text }: { contract: Pick<Contract, 'id' | 'name'>; text: ContractText },
): Promise<{ revision: number; added: boolean }> {
  const { organizationId } = actor
  await contracts.lock(tx, { organizationId, id: contract.id })
  const latest = await revisions.findLatest(tx, { organizationId, contractId: contract.id })
  if (latest?.digest === text.digest) return { revision: latest.revision, added: false }

  const revision = (latest?.revision ?? 0) + 1
  await insertRevision(tx, { organizationId, contractId: contract.id, revision, text })
  await contracts.update(tx, { organizationId, id: contract.id, latestRevision: revision })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'contract.revised',
    targetType: 'contract',
    targetId: contract.id,
    details: { name: contract.name, revision, digest: text.digest, before: latest?.digest },
  })
  return { revision, added: true }
}

async function insertRevision(
  tx: Db,
  {
    text,
    ...place
  }: { organizationId: string; contractId: string; revision: number; text: ContractText },
): Promise<void> {
  await revisions.insert(tx, {
    ...place,
    rawBody: text.rawBody,
    format: text.format,
    digest: text.digest,
    description: text.document.metadata.description,
  })
}
