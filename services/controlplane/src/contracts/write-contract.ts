import { alreadyExists } from '@chainloop/kit/errors'
import type { Pin } from '@chainloop/policy/references/close-references'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'
import type { ClosedContract } from './closing.ts'
import * as contracts from './contract-repo.ts'
import * as revisions from './contract-revision-repo.ts'
import type { Contract, ContractRevision } from './contract.ts'

export interface NewContract {
  readonly name: string
  readonly projectId: string | undefined
  readonly description: string
  readonly closed: ClosedContract
}

/** The contract with its first revision. Wants a transaction; throws `already_exists`. Returns its id. */
export async function insertContract(tx: Db, actor: Actor, contract: NewContract): Promise<string> {
  const id = await tryInsertContract(tx, actor, contract)
  if (id === undefined) throw alreadyExists('contract', contract.name)
  return id
}

/** The same; undefined: the name is taken, by somebody who has committed. */
export async function tryInsertContract(
  tx: Db,
  actor: Actor,
  contract: NewContract,
): Promise<string | undefined> {
  const { organizationId } = actor
  const inserted = await contracts.insert(tx, { organizationId, ...contract })
  if (!inserted) return undefined
  await insertRevision(tx, {
    organizationId,
    contractId: inserted.id,
    revision: 1,
    closed: contract.closed,
  })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'contract.created',
    targetType: 'contract',
    targetId: inserted.id,
    details: {
      name: contract.name,
      projectId: contract.projectId,
      ...contentOf(contract.closed),
    },
  })
  return inserted.id
}

/**
 * A new revision where the bytes, or those of what they refer to, differ from the latest. Wants a transaction, whose end lets others write theirs.
 * Returns the revision's number and whether it is new.
 */
export async function addRevision(
  tx: Db,
  actor: Actor,
  { contract, closed }: { contract: Pick<Contract, 'id' | 'name'>; closed: ClosedContract },
): Promise<{ revision: number; added: boolean }> {
  const { organizationId } = actor
  await contracts.lock(tx, { organizationId, id: contract.id })
  const latest = await revisions.findLatest(tx, { organizationId, contractId: contract.id })
  if (latest && isSame(latest, closed)) return { revision: latest.revision, added: false }

  const revision = (latest?.revision ?? 0) + 1
  await insertRevision(tx, { organizationId, contractId: contract.id, revision, closed })
  await contracts.update(tx, { organizationId, id: contract.id, latestRevision: revision })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'contract.revised',
    targetType: 'contract',
    targetId: contract.id,
    details: { name: contract.name, revision, before: latest?.digest, ...contentOf(closed) },
  })
  return { revision, added: true }
}

/** Whether a new revision would say nothing else than this one. */
export function isSame(
  latest: Pick<ContractRevision, 'digest' | 'pins'>,
  { text, closure }: ClosedContract,
): boolean {
  return latest.digest === text.digest && identityOf(latest.pins) === identityOf(closure.pins)
}

function identityOf(pins: readonly Pin[]): string {
  const lines = pins.map(({ kind, reference, referrer, location, digest }) =>
    JSON.stringify([kind, reference, referrer, location, digest]),
  )
  return lines.toSorted().join('\n')
}

/** For the audit log. */
function contentOf({ text, closure }: ClosedContract) {
  const pinned = new Map(closure.pins.map(({ location, digest }) => [location, digest]))
  return { digest: text.digest, ...(pinned.size > 0 ? { pinned: Object.fromEntries(pinned) } : {}) }
}

async function insertRevision(
  tx: Db,
  {
    closed: { text, closure },
    ...place
  }: { organizationId: string; contractId: string; revision: number; closed: ClosedContract },
): Promise<void> {
  const { organizationId } = place
  await documents.insert(tx, { organizationId, documents: closure.documents })
  await revisions.insert(tx, {
    ...place,
    rawBody: text.rawBody,
    format: text.format,
    digest: text.digest,
    description: text.document.metadata.description,
    pins: closure.pins,
  })
}
