import * as audit from '../audit/audit.ts'
import type { Db } from '../db/db.ts'

/** What a person did to their own account is told to every organization that they are in. */
export async function recordForUser(
  tx: Db,
  userId: string,
  entry: {
    readonly action: string
    readonly targetId: string
    readonly details?: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  const rows = await tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .where('memberships.user_id', '=', userId)
    .select(['memberships.organization_id', 'users.email'])
    .execute()
  for (const row of rows) {
    await audit.record(tx, {
      organizationId: row.organization_id,
      actor: { kind: 'user', id: userId, name: row.email },
      targetType: entry.action.split('.')[0] ?? '',
      ...entry,
    })
  }
}
