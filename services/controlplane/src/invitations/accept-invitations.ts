import * as audit from '../audit/audit.ts'
import type { Db } from '../db/db.ts'
import * as groupMembers from '../groups/group-member-repo.ts'
import * as memberships from '../memberships/membership-repo.ts'
import * as projectMembers from '../project-members/project-member-repo.ts'
import type { User } from '../users/user.ts'
import * as invitations from './invitation-repo.ts'
import type { Invitation } from './invitation-repo.ts'

/** Those of the person's verified address. A role that the person has already is kept. Wants a transaction. */
export async function acceptInvitations(tx: Db, user: Pick<User, 'id' | 'email'>): Promise<void> {
  for (const invitation of await invitations.listPendingOf(tx, user.email)) {
    await accept(tx, user, invitation)
  }
}

async function accept(
  tx: Db,
  user: Pick<User, 'id' | 'email'>,
  { organizationId, id, role, group, project }: Invitation,
): Promise<void> {
  if (!(await invitations.end(tx, { organizationId, id, state: 'accepted' }))) return
  const subject = { userId: user.id }
  await memberships.insert(tx, { organizationId, ...subject, role })
  if (group) {
    const { id: groupId, maintainer } = group
    await groupMembers.insert(tx, { organizationId, groupId, ...subject, maintainer })
  }
  if (project) {
    const { id: projectId, role: projectRole } = project
    await projectMembers.insert(tx, { organizationId, projectId, subject, role: projectRole })
  }
  await audit.record(tx, {
    organizationId,
    actor: { kind: 'user', id: user.id, name: user.email },
    action: 'invitation.accepted',
    targetType: 'invitation',
    targetId: id,
    details: { role, group: group?.id, project: project?.id },
  })
}
