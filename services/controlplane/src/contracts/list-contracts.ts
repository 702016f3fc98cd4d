import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as contracts from './contract-repo.ts'
import type { Contract } from './contract.ts'

/** By name; an actor bound to a project sees what its workflows use. */
export async function listContracts(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
): Promise<readonly Contract[]> {
  const { organizationId, projectId } = actor
  return contracts.list(db, { organizationId, projectId })
}
