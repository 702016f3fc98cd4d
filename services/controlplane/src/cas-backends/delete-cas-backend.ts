import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { assertIdle } from '../storage/task-repo.ts'
import { promote } from './cas-backend-flags.ts'
import * as casBackends from './cas-backend-repo.ts'
import { assertNotInline, assertOwn } from './cas-backend-rules.ts'
import { getCasBackend } from './get-cas-backend.ts'

/** Its name is free again. Bytes and credentials stay: runs that are open go on with it. */
export async function deleteCasBackend(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { readonly name: string },
): Promise<void> {
  actor.require('cas_backend:manage')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const backend = await getCasBackend(tx, { organizationId, name })
    assertOwn(backend)
    assertNotInline(backend, 'cannot be deleted')
    await assertIdle(tx, { organizationId, backendIds: [backend.id] })
    await casBackends.softDelete(tx, backend)
    if (backend.isDefault) await promote(tx, backend)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'cas_backend.deleted',
      targetType: 'cas_backend',
      targetId: backend.id,
      details: { name, provider: backend.provider, location: backend.location },
    })
  })
}
