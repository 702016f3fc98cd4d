import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as signers from './signer-repo.ts'

/** Effective with the next Store; what is stored stays. */
export async function removeSigner(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { readonly name: string },
): Promise<void> {
  actor.require('signer:delete')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const [signer] = await signers.list(tx, { organizationId, name })
    if (!signer || !(await signers.remove(tx, signer))) throw notFound('signer', name)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'signer.removed',
      targetType: 'signer',
      targetId: signer.id,
      details: { name, fingerprint: signer.fingerprint },
    })
  })
}
