import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { DeliveryContent } from './delivery-content.ts'

export type Credentials =
  | { readonly kind: 'read'; readonly value: Uint8Array }
  | { readonly kind: 'unreadable' }

/** By the id of the secret. A store that cannot be reached stops only those that need it. */
export async function readCredentials(
  { secrets }: Pick<Context, 'secrets'>,
  db: Db,
  contents: readonly DeliveryContent[],
): Promise<ReadonlyMap<string | undefined, Credentials>> {
  const found = new Map<string | undefined, Credentials>([
    [undefined, { kind: 'read', value: Buffer.from('{}') }],
  ])
  for (const { organizationId, secretId: id } of contents) {
    if (id === undefined || found.has(id)) continue
    const value = await secrets.read(db, { organizationId, id }).catch(() => undefined)
    found.set(id, value ? { kind: 'read', value } : { kind: 'unreadable' })
  }
  return found
}
