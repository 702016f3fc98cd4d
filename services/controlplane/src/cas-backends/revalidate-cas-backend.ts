import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as casBackends from './cas-backend-repo.ts'
import { assertNotInline } from './cas-backend-rules.ts'
import { getCasBackend } from './get-cas-backend.ts'

/** The checker takes it next. */
export async function revalidateCasBackend(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { readonly name: string },
): Promise<void> {
  actor.require('cas_backend:manage')
  const backend = await getCasBackend(db, { ...actor, name })
  assertNotInline(backend, 'is always there')
  await casBackends.makeDue(db, backend)
}
