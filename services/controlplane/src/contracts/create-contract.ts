import { forbidden, invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import { getProject, type ProjectReference } from '../projects/get-project.ts'
import { closed, type Closing } from './closing.ts'
import * as contracts from './contract-repo.ts'
import type { Contract } from './contract.ts'
import { emptyContract } from './empty-contract.ts'
import { type ContractText, readContract } from './read-contract.ts'
import { insertContract } from './write-contract.ts'

export async function createContract(
  { db, closures }: Pick<Context, 'db'> & Closing,
  actor: Actor,
  input: {
    /** May be left to the document, as everything but the name may be left to it. */
    name: string
    /** Empty: a contract that asks for nothing. */
    rawContract: Uint8Array
    description: string | undefined
    project: ProjectReference | undefined
  },
): Promise<Contract> {
  const text = readContract(
    input.rawContract.length > 0 ? input.rawContract : emptyContract(input.name),
  )
  const name = contractName(input.name, text)

  return inTransaction(db, async (tx) => {
    const project = input.project && (await getProject(tx, actor, input.project))
    actor.require('contract:create', project === undefined ? {} : { projectId: project.id })
    await assertMayCreateContracts(tx, actor)
    const id = await insertContract(tx, actor, {
      name,
      projectId: project?.id,
      description: input.description ?? text.document.metadata.description,
      closed: closed(text, { closures }),
    })
    const contract = await contracts.findById(tx, { organizationId: actor.organizationId, id })
    if (!contract) throw notFound('contract', name)
    return contract
  })
}

/** An organization can leave that to those who may do it everywhere. */
async function assertMayCreateContracts(tx: Db, actor: Actor): Promise<void> {
  if (actor.can('contract:create')) return
  const { settings } = await getOrganization(tx, actor)
  if (!settings.restrictContractCreationToOrgAdmins) return
  throw forbidden('only operators create contracts in this organization', {
    reason: 'RESTRICTED_CONTRACT_CREATION',
  })
}

/** The given name, the document's, or both if they agree. */
export function contractName(given: string, { document }: Pick<ContractText, 'document'>): string {
  const own = document.metadata.name
  if (given !== '' && own !== '' && given !== own) {
    throw invalid(`the document is contract ${own}, not ${given}`, {
      reason: 'CONTRACT_NAME_MISMATCH',
    })
  }
  const name = given || own
  assertName('contract', name)
  return name
}
