import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { OffsetPage, Page } from '../pages.ts'
import * as contracts from './contract-repo.ts'
import type { Contract } from './contract.ts'

/** By name; an actor bound to a project sees what its workflows use. */
export async function listContracts(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: OffsetPage,
): Promise<Page<Contract>> {
  return contracts.list(db, actor, page)
}
