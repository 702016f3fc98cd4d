import { conflict } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as contracts from './contract-repo.ts'
import { getContractFor } from './get-contract.ts'

/** The revisions stay, because runs refer to them. */
export async function deleteContract(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { name: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { id, organizationId } = await getContractFor(tx, actor, {
      name,
      right: 'contract:delete',
    })
    await contracts.lock(tx, { organizationId, id })
    const { workflows } = await getContractFor(tx, actor, { name, right: 'contract:delete' })
    if (workflows.length > 0) {
      const users = workflows.map((workflow) => `${workflow.projectName}/${workflow.name}`)
      throw conflict(`contract ${name} is used by ${users.join(', ')}`, {
        reason: 'CONTRACT_IN_USE',
      })
    }
    await contracts.remove(tx, { organizationId, id })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'contract.deleted',
      targetType: 'contract',
      targetId: id,
      details: { name },
    })
  })
}
