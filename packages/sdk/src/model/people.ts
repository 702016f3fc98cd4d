import type { Group as GroupMessage, GroupMember } from '@chainloop/proto/controlplane/v1/group'
import type { OrgInvitationItem } from '@chainloop/proto/controlplane/v1/org_invitation'
import type { ProjectMember as ProjectMemberMessage } from '@chainloop/proto/controlplane/v1/project'
import type { OrgMembershipItem } from '@chainloop/proto/controlplane/v1/response_messages'
import type { Session as SessionMessage } from '@chainloop/proto/sessions/v1/session_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const memberRole = enumNames({ viewer: 1, admin: 2, owner: 3, member: 4, contributor: 5 })
export const projectRole = enumNames({ admin: 1, viewer: 2 })

/** Somebody's place in an organization. */
export interface Membership {
  readonly id: string
  readonly organization: string
  readonly email: string
  readonly name: string
  readonly role: string
  /** Meant by calls that name no organization; only told of one's own. */
  readonly current: boolean
  readonly createdAt: Date | undefined
}

export function toMembership(item: OrgMembershipItem | undefined): Membership {
  const one = answered(item, 'a membership')
  const { firstName = '', lastName = '' } = one.user ?? {}
  return {
    id: one.id,
    organization: one.org?.name ?? '',
    email: one.user?.email ?? '',
    name: `${firstName} ${lastName}`.trim(),
    role: memberRole.nameOf(one.role),
    current: one.current,
    createdAt: toDate(one.createdAt),
  }
}

export interface Invitation {
  readonly id: string
  readonly receiver: string
  readonly role: string
  readonly status: string
  readonly sender: string
  readonly createdAt: Date | undefined
}

export function toInvitation(item: OrgInvitationItem | undefined): Invitation {
  const one = answered(item, 'an invitation')
  return {
    id: one.id,
    receiver: one.receiverEmail,
    role: memberRole.nameOf(one.role),
    status: one.status,
    sender: one.sender?.email ?? '',
    createdAt: toDate(one.createdAt),
  }
}

export interface Group {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly members: number
  readonly createdAt: Date | undefined
}

export function toGroup(item: GroupMessage | undefined): Group {
  const one = answered(item, 'a group')
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    members: one.memberCount,
    createdAt: toDate(one.createdAt),
  }
}

export interface MemberOfGroup {
  readonly id: string
  readonly email: string
  readonly maintainer: boolean
  readonly createdAt: Date | undefined
}

export function toMemberOfGroup({ user, isMaintainer, createdAt }: GroupMember): MemberOfGroup {
  return {
    id: user?.id ?? '',
    email: user?.email ?? '',
    maintainer: isMaintainer,
    createdAt: toDate(createdAt),
  }
}

export interface ProjectMember {
  readonly kind: 'user' | 'group' | 'unknown'
  /** E-mail address or name of the group. */
  readonly name: string
  readonly role: string
  readonly createdAt: Date | undefined
}

export function toProjectMember({ subject, role, createdAt }: ProjectMemberMessage): ProjectMember {
  return {
    kind: subject.case ?? 'unknown',
    name: subject.case === 'user' ? subject.value.email : (subject.value?.name ?? ''),
    role: projectRole.nameOf(role),
    createdAt: toDate(createdAt),
  }
}

export interface Session {
  readonly id: string
  readonly client: string
  readonly current: boolean
  readonly createdAt: Date | undefined
  readonly lastUsedAt: Date | undefined
  readonly expiresAt: Date | undefined
}

export function toSession(one: SessionMessage): Session {
  return {
    id: one.id,
    client: one.clientName,
    current: one.current,
    createdAt: toDate(one.createdAt),
    lastUsedAt: toDate(one.lastUsedAt),
    expiresAt: toDate(one.expiresAt),
  }
}
