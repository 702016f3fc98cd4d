import { notFound } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import * as casBackends from './cas-backend-repo.ts'
import type { CasBackend } from './cas-backend.ts'

/** A live one. Throws `not_found`. */
export async function getCasBackend(
  db: Db,
  { organizationId, name }: { readonly organizationId: string; readonly name: string },
): Promise<CasBackend> {
  const backend = await casBackends.findByName(db, { organizationId, name })
  if (!backend) throw notFound('storage backend', name)
  return backend
}
