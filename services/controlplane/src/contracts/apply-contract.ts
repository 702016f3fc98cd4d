import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as contracts from './contract-repo.ts'
import * as revisions from './contract-revision-repo.ts'
import type { Contract } from './contract.ts'
import { contractName } from './create-contract.ts'
import { getContract } from './get-contract.ts'
import { type ContractText, readContract } from './read-contract.ts'
import { addRevision, insertContract } from './write-contract.ts'

export interface Applied {
  readonly status: 'created' | 'updated' | 'unchanged'
  /** Undefined when a dry run found that it would be created. */
  readonly contract: Contract | undefined
  readonly revision: number
}

/** Creates or updates the contract that the document names; a dry run only says which. */
export async function applyContract(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { rawContract, dryRun }: { rawContract: Uint8Array; dryRun: boolean },
): Promise<Applied> {
  const text = readContract(rawContract)
  const name = contractName('', text)

  return inTransaction(db, async (tx) => {
    const existing = await contracts.find(tx, { organizationId: actor.organizationId, name })
    actor.require(existing ? 'contract:update' : 'contract:create')
    if (existing) return update({ existing, text })
    if (dryRun) return { status: 'created', contract: undefined, revision: 1 } as const
    const { description } = text.document.metadata
    await insertContract(tx, actor, { name, projectId: undefined, description, text })
    return {
      status: 'created',
      contract: await getContract(tx, actor, { name }),
      revision: 1,
    } as const

    async function update(change: { existing: Contract; text: ContractText }): Promise<Applied> {
      if (dryRun) return wouldBe(change)
      const { revision, added } = await addRevision(tx, actor, { contract: change.existing, text })
      const contract = await getContract(tx, actor, { name })
      return { status: added ? 'updated' : 'unchanged', contract, revision }
    }

    async function wouldBe(change: { existing: Contract; text: ContractText }): Promise<Applied> {
      const { organizationId, id: contractId, latestRevision } = change.existing
      const latest = await revisions.findLatest(tx, { organizationId, contractId })
      return latest?.digest === text.digest
        ? { status: 'unchanged', contract: change.existing, revision: latestRevision }
        : { status: 'updated', contract: change.existing, revision: latestRevision + 1 }
    }
  })
}
