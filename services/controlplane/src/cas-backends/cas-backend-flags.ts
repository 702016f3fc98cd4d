import { invalid } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import * as casBackends from './cas-backend-repo.ts'
import { type CasBackend, isInline } from './cas-backend.ts'

/** Absent: as it is. */
export interface Flags {
  readonly isDefault?: boolean | undefined
  readonly isFallback?: boolean | undefined
}

export function assertFlags({ isDefault, isFallback }: Flags): void {
  if (isDefault && isFallback) {
    throw invalid('a storage backend is the default or the fallback, not both', {
      reason: 'DEFAULT_AND_FALLBACK',
    })
  }
}

/**
 * Gives a backend the flags, takes them from those that had them, and sees to it that there is a default: the
 * fallback's turn comes first, then a managed backend's, then inline's. Returns the name of the default before.
 */
export async function applyFlags(
  tx: Db,
  backend: CasBackend,
  flags: Flags,
): Promise<string | undefined> {
  const { organizationId, id } = backend
  const before = await casBackends.findDefault(tx, { organizationId })
  const isDefault = flags.isDefault ?? (backend.isDefault && flags.isFallback !== true)
  const isFallback = flags.isFallback ?? (backend.isFallback && flags.isDefault !== true)
  if (isDefault) await casBackends.clearFlag(tx, { organizationId, flag: 'is_default' })
  if (isFallback) await casBackends.clearFlag(tx, { organizationId, flag: 'is_fallback' })
  await casBackends.setFlags(tx, { organizationId, id }, { isDefault, isFallback })
  if (!isDefault && backend.isDefault) await promote(tx, backend)
  return before?.name
}

/** Never the one that has just lost it. */
export async function promote(tx: Db, { organizationId, id }: CasBackend): Promise<void> {
  const others = (await casBackends.list(tx, { organizationId })).filter((one) => one.id !== id)
  const next =
    others.find(({ isFallback }) => isFallback) ??
    others.find(({ managed }) => managed) ??
    others.find(isInline)
  if (!next) return
  const flags = { isDefault: true, isFallback: false }
  await casBackends.setFlags(tx, { organizationId, id: next.id }, flags)
}
