import { alreadyExists, invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { MemberRole } from '../db/people-schema.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { isUuid } from '../names.ts'
import { readEmail } from '../users/user.ts'
import * as invitations from './invitation-repo.ts'
import type { Invitation } from './invitation-repo.ts'

/** Accepted when somebody signs in whose address that verifiably is. No e-mail is sent. */
export async function invite(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { email, role }: { readonly email: string; readonly role: MemberRole },
): Promise<Invitation> {
  actor.require('invitation:create')
  // Only owners make owners.
  if (role === 'owner') actor.require('membership:manage_owners')
  return inTransaction(db, (tx) => insertInvitation(tx, actor, { email, role }))
}

export interface InvitationInput {
  readonly email: string
  readonly role: MemberRole
  readonly group?: Invitation['group']
  readonly project?: Invitation['project']
}

/** Asks for no right. Wants a transaction. */
export async function insertInvitation(
  tx: Db,
  actor: Pick<Actor, 'kind' | 'id' | 'name' | 'organizationId'>,
  { role, group, project, ...input }: InvitationInput,
): Promise<Invitation> {
  const { organizationId } = actor
  const email = readEmail(input.email)
  if (actor.kind === 'user' && actor.name === email) {
    throw invalid('nobody invites themselves', { reason: 'OWN_INVITATION' })
  }
  if (await memberships.findByEmail(tx, { organizationId, email })) {
    throw alreadyExists('member', email)
  }
  const invitation = await invitations.insert(tx, {
    organizationId,
    email,
    role,
    group,
    project,
    senderId: actor.kind === 'user' ? actor.id : undefined,
  })
  if (!invitation) throw alreadyExists('invitation', email)
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'invitation.created',
    targetType: 'invitation',
    targetId: invitation.id,
    details: { receiver: email, role, group: group?.id, project: project?.id },
  })
  return invitation
}

/** Oldest first, accepted ones too. */
export async function listInvitations(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly items: Invitation[]; readonly totalCount: number }> {
  actor.require('invitation:read')
  return invitations.list(db, { ...page, organizationId: actor.organizationId })
}

export async function revokeInvitation(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { readonly id: string },
): Promise<void> {
  actor.require('invitation:revoke')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const found = isUuid(id) ? await invitations.find(tx, { organizationId, id }) : undefined
    if (!found) throw notFound('invitation', id)
    if (found.role === 'owner') actor.require('membership:manage_owners')
    if (!(await invitations.end(tx, { organizationId, id, state: 'revoked' }))) {
      throw invalid(`the invitation is ${found.state}, not pending`, { reason: 'NOT_PENDING' })
    }
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'invitation.revoked',
      targetType: 'invitation',
      targetId: id,
      details: { receiver: found.email },
    })
  })
}
