import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Right } from '../auth/right.ts'
import type { Db } from '../db/db.ts'
import * as contracts from './contract-repo.ts'
import * as revisions from './contract-revision-repo.ts'
import type { Contract, ContractRevision } from './contract.ts'

/** Throws `not_found` also for a contract that is none of the actor's project. */
export async function getContract(
  db: Db,
  actor: Actor,
  { name }: { name: string },
): Promise<Contract> {
  const contract = await contracts.find(db, { organizationId: actor.organizationId, name })
  if (!contract || !contracts.isVisibleTo(contract, actor)) {
    throw notFound('contract', name)
  }
  return contract
}

/** The same, to change it: an actor bound to a project changes only what belongs to that. */
export async function getContractFor(
  db: Db,
  actor: Actor,
  { name, right }: { name: string; right: Right },
): Promise<Contract> {
  const contract = await getContract(db, actor, { name })
  actor.require(right, contract.project === undefined ? {} : { projectId: contract.project.id })
  return contract
}

/** 0 is the latest. */
export async function getRevision(
  db: Db,
  contract: Pick<Contract, 'id' | 'name' | 'organizationId' | 'latestRevision'>,
  revision: number,
): Promise<ContractRevision> {
  if (revision < 0) throw invalid(`${revision} is not a revision: they count from 1`)
  const found = await revisions.find(db, {
    organizationId: contract.organizationId,
    contractId: contract.id,
    revision: revision === 0 ? contract.latestRevision : revision,
  })
  if (!found) throw notFound('contract revision', `${contract.name}@${revision}`)
  return found
}
