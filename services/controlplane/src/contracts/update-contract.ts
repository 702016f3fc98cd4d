import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { closed, type Closing } from './closing.ts'
import * as contracts from './contract-repo.ts'
import type { Contract, ContractRevision } from './contract.ts'
import { contractName } from './create-contract.ts'
import { getContract, getContractFor, getRevision } from './get-contract.ts'
import { readContract } from './read-contract.ts'
import { addRevision } from './write-contract.ts'

export async function updateContract(
  { db, closures }: Pick<Context, 'db'> & Closing,
  actor: Actor,
  input: {
    /** May be left to the document. */
    name: string
    /** Empty: the text stays. */
    rawContract: Uint8Array
    description: string | undefined
  },
): Promise<{ contract: Contract; revision: ContractRevision }> {
  const text = input.rawContract.length > 0 ? readContract(input.rawContract) : undefined
  const name = text ? contractName(input.name, text) : input.name

  return inTransaction(db, async (tx) => {
    const before = await getContractFor(tx, actor, { name, right: 'contract:update' })
    const { organizationId, id } = before
    if (text) {
      await addRevision(tx, actor, { contract: before, closed: closed(text, { closures }) })
    }
    if (input.description !== undefined) {
      await contracts.update(tx, { organizationId, id, description: input.description })
    }
    const contract = await getContract(tx, actor, { name })
    return { contract, revision: await getRevision(tx, contract, 0) }
  })
}
