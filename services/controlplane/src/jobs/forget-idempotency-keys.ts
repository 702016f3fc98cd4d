import type { Context } from '../context.ts'

/** So long the same key gets the same answer. */
export const KEPT_MS = 24 * 3_600_000
const SWEEP = 10_000

/** Forgets the answers to requests that nobody will repeat, some at a time. Returns how many. */
export async function forgetIdempotencyKeys(
  { db }: Pick<Context, 'db'>,
  now: Date = new Date(),
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_keys')
    .where((eb) =>
      eb(
        eb.refTuple('organization_id', 'actor_id', 'key'),
        'in',
        eb
          .selectFrom('idempotency_keys as old')
          .where('old.created_at', '<', new Date(now.getTime() - KEPT_MS))
          .select(['old.organization_id', 'old.actor_id', 'old.key'])
          .limit(SWEEP)
          .$asTuple('organization_id', 'actor_id', 'key'),
      ),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
