import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { isBehind } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'
import type { Sharing } from './sharing.ts'

interface Pair {
  readonly organizationId: string
  readonly partnerId: string
}

/** False: it was said before. */
export async function insert(
  tx: Db,
  { organizationId, partnerId, createdBy }: Pair & { readonly createdBy: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('discovery_requests')
    .values({ organization_id: organizationId, partner_id: partnerId, created_by: createdBy })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** What either of the two has said. False: neither had said anything. */
export async function remove(tx: Db, { organizationId, partnerId }: Pair): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('discovery_requests')
    .where((where) =>
      where.or([
        where.and({ organization_id: organizationId, partner_id: partnerId }),
        where.and({ organization_id: partnerId, partner_id: organizationId }),
      ]),
    )
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function find(
  db: Db,
  { organizationId, partnerId }: Pair,
): Promise<Sharing | undefined> {
  const row = await selectSharings(db, organizationId)
    .where('said.partner_id', '=', partnerId)
    .executeTakeFirst()
  return row && toSharing(row)
}

/** Oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  { organizationId }: { readonly organizationId: string },
  { after, size }: CursorPage,
): Promise<(Sharing & { readonly id: string })[]> {
  const rows = await selectSharings(db, organizationId)
    .where(isBehind('said', after, 'oldest first'))
    .orderBy('said.created_at')
    .orderBy('said.id')
    .limit(size + 1)
    .execute()
  return rows.map((row) => ({ ...toSharing(row), id: row.id }))
}

/** Organizations that have agreed with this one, and still are. */
export async function listPartners(
  db: Db,
  { organizationId }: { readonly organizationId: string },
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  return db
    .selectFrom('discovery_requests as mine')
    .innerJoin('discovery_requests as theirs', (join) =>
      join
        .onRef('theirs.organization_id', '=', 'mine.partner_id')
        .onRef('theirs.partner_id', '=', 'mine.organization_id'),
    )
    .innerJoin('organizations', 'organizations.id', 'mine.partner_id')
    .where('mine.organization_id', '=', organizationId)
    .where('organizations.deleted_at', 'is', null)
    .where('organizations.suspended', '=', false)
    .select(['organizations.id', 'organizations.name'])
    .orderBy('organizations.name')
    .execute()
}

/** Both directions as one list of the other organizations. */
function selectSharings(db: Db, organizationId: string) {
  return db
    .selectFrom((query) =>
      query
        .selectFrom('discovery_requests')
        .where('organization_id', '=', organizationId)
        .select(['id', 'partner_id', 'created_at', sql<boolean>`true`.as('mine')])
        .unionAll(
          query
            .selectFrom('discovery_requests as theirs')
            .select([
              'theirs.id',
              'theirs.organization_id as partner_id',
              'theirs.created_at',
              sql<boolean>`false`.as('mine'),
            ])
            .where('theirs.partner_id', '=', organizationId)
            .where((eb) =>
              eb.not(
                eb.exists(
                  eb
                    .selectFrom('discovery_requests as answer')
                    .where('answer.organization_id', '=', organizationId)
                    .whereRef('answer.partner_id', '=', 'theirs.organization_id')
                    .select('answer.id'),
                ),
              ),
            ),
        )
        .as('said'),
    )
    .innerJoin('organizations', 'organizations.id', 'said.partner_id')
    .leftJoin('discovery_requests as back', (join) =>
      join
        .onRef('back.organization_id', '=', 'said.partner_id')
        .on('back.partner_id', '=', organizationId),
    )
    .where('organizations.deleted_at', 'is', null)
    .select(['said.id', 'said.partner_id', 'said.created_at', 'said.mine', 'organizations.name'])
    .select('back.id as answer_id')
}

function toSharing(row: {
  readonly partner_id: string
  readonly created_at: Date
  readonly mine: boolean
  readonly name: string
  readonly answer_id: string | null
}): Sharing {
  const asked = row.answer_id !== null
  const state = !row.mine ? 'offered' : asked ? 'active' : 'requested'
  return {
    organizationId: row.partner_id,
    organizationName: asked ? row.name : '',
    state,
    createdAt: row.created_at,
  }
}
