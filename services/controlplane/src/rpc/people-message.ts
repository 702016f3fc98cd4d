import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  GroupMemberSchema,
  GroupSchema,
  PendingGroupInvitationSchema,
} from '@chainloop/proto/controlplane/v1/group'
import type { OrgInvitationItemSchema } from '@chainloop/proto/controlplane/v1/org_invitation'
import type { ProjectMemberSchema } from '@chainloop/proto/controlplane/v1/project'
import type {
  OrgMembershipItemSchema,
  UserSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Group, GroupMember } from '../groups/group.ts'
import type { Invitation } from '../invitations/invitation-repo.ts'
import type { Membership } from '../memberships/membership-repo.ts'
import type { OwnMembership } from '../memberships/own-memberships.ts'
import type { Organization } from '../organizations/organization.ts'
import type { ProjectMember } from '../project-members/project-member-repo.ts'
import { MEMBER_ROLE_NUMBERS, PROJECT_ROLE_NUMBERS } from './member-role-message.ts'
import { organizationMessage } from './organization-message.ts'

type UserParts = {
  readonly id: string
  readonly email: string
  readonly firstName?: string
  readonly lastName?: string
}

export function userMessage({
  id,
  email,
  firstName = '',
  lastName = '',
}: UserParts): Omit<MessageInitShape<typeof UserSchema>, '$typeName'> {
  return { id, email, firstName, lastName }
}

export function membershipMessage(
  membership: Membership,
  given: { readonly organization?: Organization; readonly current?: boolean } = {},
): MessageInitShape<typeof OrgMembershipItemSchema> {
  const { organization, current = false } = given
  return {
    id: membership.id,
    ...(organization ? { org: organizationMessage(organization) } : {}),
    user: userMessage(membership.user),
    current,
    createdAt: timestampFromDate(membership.createdAt),
    updatedAt: timestampFromDate(membership.updatedAt),
    role: MEMBER_ROLE_NUMBERS[membership.role],
  }
}

export function ownMembershipMessage({
  membership,
  ...given
}: OwnMembership): MessageInitShape<typeof OrgMembershipItemSchema> {
  return membershipMessage(membership, given)
}

export function invitationMessage(
  invitation: Invitation,
  organization: Pick<Organization, 'id' | 'name'>,
): MessageInitShape<typeof OrgInvitationItemSchema> {
  return {
    id: invitation.id,
    createdAt: timestampFromDate(invitation.createdAt),
    receiverEmail: invitation.email,
    ...(invitation.sender ? { sender: userMessage(invitation.sender) } : {}),
    organization: { id: organization.id, name: organization.name },
    status: invitation.state,
    role: MEMBER_ROLE_NUMBERS[invitation.role],
  }
}

/** Into a group or a project. */
export function pendingInvitationMessage({
  id,
  email,
  sender,
  createdAt,
}: Invitation): Omit<MessageInitShape<typeof PendingGroupInvitationSchema>, '$typeName'> {
  return {
    userEmail: email,
    ...(sender ? { invitedBy: userMessage(sender) } : {}),
    createdAt: timestampFromDate(createdAt),
    invitationId: id,
  }
}

export function groupMessage(group: Group): MessageInitShape<typeof GroupSchema> {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    organizationId: group.organizationId,
    memberCount: group.memberCount,
    createdAt: timestampFromDate(group.createdAt),
    updatedAt: timestampFromDate(group.updatedAt),
  }
}

export function groupMemberMessage(
  member: GroupMember,
): MessageInitShape<typeof GroupMemberSchema> {
  return {
    user: userMessage(member.user),
    isMaintainer: member.maintainer,
    createdAt: timestampFromDate(member.createdAt),
    updatedAt: timestampFromDate(member.updatedAt),
  }
}

export function projectMemberMessage({
  user,
  group,
  ...member
}: ProjectMember): MessageInitShape<typeof ProjectMemberSchema> {
  return {
    subject: user
      ? { case: 'user', value: userMessage(user) }
      : { case: 'group', value: { id: group?.id ?? '', name: group?.name ?? '' } },
    role: PROJECT_ROLE_NUMBERS[member.role],
    createdAt: timestampFromDate(member.createdAt),
    updatedAt: timestampFromDate(member.updatedAt),
  }
}
