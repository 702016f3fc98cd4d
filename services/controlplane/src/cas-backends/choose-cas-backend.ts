import { forbidden } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import * as casBackends from './cas-backend-repo.ts'
import type { CasBackend } from './cas-backend.ts'

/** Where a new run keeps its artifacts: the default backend, or the fallback while the default is not usable. */
export async function chooseCasBackend(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<CasBackend> {
  const preferred = await casBackends.findDefault(db, { organizationId })
  if (!preferred) {
    throw forbidden('the organization has no default storage backend', {
      reason: 'CAS_BACKEND_ERROR_REASON_REQUIRED',
    })
  }
  if (preferred.status === 'ok') return preferred
  const fallback = await casBackends.findFallback(db, { organizationId })
  if (fallback?.status === 'ok') return fallback
  throw forbidden(
    `storage backend ${preferred.name} cannot be used: ${preferred.validationError ?? 'invalid'}`,
    {
      reason: 'CAS_BACKEND_ERROR_REASON_INVALID',
    },
  )
}
