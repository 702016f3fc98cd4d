import type { Pin } from '@chainloop/policy/references/close-references'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { closed, type ClosedContract, type Closing } from './closing.ts'
import * as contracts from './contract-repo.ts'
import * as revisions from './contract-revision-repo.ts'
import type { Contract } from './contract.ts'
import { contractName } from './create-contract.ts'
import { getContract, getContractFor } from './get-contract.ts'
import { readContract } from './read-contract.ts'
import { addRevision, isSame, tryInsertContract } from './write-contract.ts'

export interface Applied {
  readonly status: 'created' | 'updated' | 'unchanged'
  /** Undefined when a dry run found that it would be created. */
  readonly contract: Contract | undefined
  readonly revision: number
  readonly pins: readonly Pin[]
}

/** Creates or updates the contract that the document names; a dry run only says which. */
export async function applyContract(
  { db, closures }: Pick<Context, 'db'> & Closing,
  actor: Actor,
  { rawContract, dryRun }: { rawContract: Uint8Array; dryRun: boolean },
): Promise<Applied> {
  const text = readContract(rawContract)
  const name = contractName('', text)

  return inTransaction(db, async (tx) => {
    const existing = await contracts.find(tx, { organizationId: actor.organizationId, name })
    if (existing) await getContractFor(tx, actor, { name, right: 'contract:update' })
    else actor.require('contract:create')
    const contract = closed(text, { closures })
    const { pins } = contract.closure
    if (!existing) return { ...(await create(tx, actor, { name, contract, dryRun })), pins }
    const update = dryRun ? wouldUpdate : doUpdate
    return { ...(await update(tx, actor, { existing, contract })), pins }
  })
}

type Outcome = Omit<Applied, 'pins'>

async function create(
  tx: Db,
  actor: Actor,
  { name, contract, dryRun }: { name: string; contract: ClosedContract; dryRun: boolean },
): Promise<Outcome> {
  if (dryRun) return { status: 'created', contract: undefined, revision: 1 }
  const { description } = contract.text.document.metadata
  const wanted = { name, projectId: undefined, description, closed: contract }
  const id = await tryInsertContract(tx, actor, wanted)
  if (id !== undefined) {
    return { status: 'created', contract: await getContract(tx, actor, { name }), revision: 1 }
  }
  // Somebody else was faster, and has committed by now.
  const existing = await getContractFor(tx, actor, { name, right: 'contract:update' })
  return doUpdate(tx, actor, { existing, contract })
}

interface Change {
  readonly existing: Contract
  readonly contract: ClosedContract
}

async function doUpdate(tx: Db, actor: Actor, { existing, contract }: Change): Promise<Outcome> {
  const { revision, added } = await addRevision(tx, actor, { contract: existing, closed: contract })
  const { name } = existing
  return {
    status: added ? 'updated' : 'unchanged',
    contract: await getContract(tx, actor, { name }),
    revision,
  }
}

async function wouldUpdate(tx: Db, _: Actor, { existing, contract }: Change): Promise<Outcome> {
  const { organizationId, id: contractId, latestRevision } = existing
  const latest = await revisions.findLatest(tx, { organizationId, contractId })
  return latest && isSame(latest, contract)
    ? { status: 'unchanged', contract: existing, revision: latestRevision }
    : { status: 'updated', contract: existing, revision: latestRevision + 1 }
}
