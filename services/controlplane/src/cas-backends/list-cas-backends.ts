import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { readPosition, writePosition } from '../db/position.ts'
import * as casBackends from './cas-backend-repo.ts'
import type { CasBackend } from './cas-backend.ts'

const MAX_PAGE = 100

/** Oldest first. */
export async function listCasBackends(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Actor,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<{ readonly items: readonly CasBackend[]; readonly nextCursor: string }> {
  const size = limit > 0 ? Math.min(limit, MAX_PAGE) : MAX_PAGE
  const after = readPosition(cursor)
  const found = await casBackends.page(db, { organizationId, after, limit: size + 1 })
  const items = found.slice(0, size)
  const last = items.at(-1)
  return { items, nextCursor: found.length > size && last ? writePosition(last) : '' }
}
