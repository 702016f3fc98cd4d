import type { Context } from '../context.ts'

/** Longer than anything takes from saving a secret to referring to it. */
const UNUSED_MS = 3_600_000
const SWEEP = 100

/** What was saved for something that then was not made. Returns how many were removed. */
export async function forgetUnusedSecrets(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  now: Date = new Date(),
): Promise<number> {
  const rows = await db
    .selectFrom('secrets as s')
    .select(['s.id', 's.organization_id'])
    .where('s.updated_at', '<', new Date(now.getTime() - UNUSED_MS))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('cas_backends as b').select('b.id').whereRef('b.secret_id', '=', 's.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('integrations as i').select('i.id').whereRef('i.secret_id', '=', 's.id'),
        ),
      ),
    )
    .limit(SWEEP)
    .execute()
  for (const { id, organization_id: organizationId } of rows) {
    await secrets.remove(db, { organizationId, id })
  }
  return rows.length
}
