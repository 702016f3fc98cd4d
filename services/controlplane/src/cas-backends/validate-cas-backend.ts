import { DomainError } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as casBackends from './cas-backend-repo.ts'
import { type CasBackend, isInline } from './cas-backend.ts'

const CHECKER = { kind: 'service', id: 'backend-checker', name: 'storage checker' } as const

/** Tries the stored credentials and notes the outcome. Throws `unavailable` when the way to the storage is broken. */
export async function validateCasBackend(
  { db, storage }: Pick<Context, 'db' | 'storage'>,
  backend: CasBackend,
): Promise<void> {
  if (isInline(backend)) return
  const problem = await problemOf({ storage }, backend)
  await inTransaction(db, async (tx) => {
    await casBackends.noteValidation(tx, backend, problem)
    const status = problem === undefined ? 'ok' : 'invalid'
    if (status === backend.status) return
    await audit.record(tx, {
      organizationId: backend.organizationId,
      actor: CHECKER,
      action: 'cas_backend.status_changed',
      targetType: 'cas_backend',
      targetId: backend.id,
      details: { name: backend.name, before: backend.status, after: status, problem },
    })
  })
}

async function problemOf(
  { storage }: Pick<Context, 'storage'>,
  backend: CasBackend,
): Promise<string | undefined> {
  try {
    await storage.probe(backend)
    return undefined
  } catch (cause) {
    if (cause instanceof DomainError && cause.code === 'invalid') return cause.message
    throw cause
  }
}
