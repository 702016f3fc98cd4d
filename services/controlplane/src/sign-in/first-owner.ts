import { DEFAULT_ORGANIZATION, ensureOrganization } from '../bootstrap.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as invitations from '../invitations/invitation-repo.ts'
import { insertInvitation } from '../invitations/invite.ts'
import * as memberships from '../memberships/membership-repo.ts'
import * as organizations from '../organizations/organization-repo.ts'
import { readEmail } from '../users/user.ts'

const server = { kind: 'service', id: 'controlplane', name: 'control plane' } as const

/**
 * Invites the owner whom the configuration names into the first organization, unless it has an owner. Until then it
 * follows the configuration: who was named before is no longer invited.
 */
export async function inviteFirstOwner({
  db,
  config,
}: Pick<Context, 'db'> & {
  readonly config: Pick<Context['config'], 'firstOwner'>
}): Promise<void> {
  if (config.firstOwner === undefined) return
  await ensureOrganization({ db }, DEFAULT_ORGANIZATION)
  await inviteOwner({ db }, { organizationName: DEFAULT_ORGANIZATION, email: config.firstOwner })
}

/** By whoever runs this process. False when the organization has an owner already. */
export async function inviteOwner(
  { db }: Pick<Context, 'db'>,
  { organizationName, email: typed }: { organizationName: string; email: string },
): Promise<boolean> {
  const email = readEmail(typed)
  return inTransaction(db, async (tx) => {
    const organization = await organizations.findByName(tx, organizationName)
    if (!organization) throw new Error(`there is no organization ${organizationName}`)
    const organizationId = organization.id
    if ((await memberships.lockOwners(tx, organizationId)).length > 0) return false
    const pending = await invitations.list(tx, {
      organizationId,
      pendingOnly: true,
      limit: 100,
      offset: 0,
    })
    const owners = pending.items.filter((one) => one.role === 'owner' && one.sender === undefined)
    if (owners.some((one) => one.email === email)) return true
    for (const { id } of owners) {
      await invitations.end(tx, { organizationId, id, state: 'revoked' })
    }
    await insertInvitation(tx, { ...server, organizationId }, { email, role: 'owner' })
    return true
  })
}
