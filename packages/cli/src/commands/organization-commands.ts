import type { Command } from '../core/command.ts'
import { groupCreate, groupDelete, groupDescribe, groupList, groupUpdate } from './group/group.ts'
import {
  groupMemberAdd,
  groupMemberList,
  groupMemberRemove,
  groupMemberUpdate,
} from './group/member.ts'
import { invitationCreate, invitationList, invitationRevoke } from './member/invitation.ts'
import { memberDelete, memberList, memberUpdate } from './member/member.ts'
import { organizationDescribe } from './organization/describe.ts'
import {
  organizationCreate,
  organizationDelete,
  organizationLeave,
  organizationList,
  organizationSet,
} from './organization/memberships.ts'
import { organizationUpdate } from './organization/update.ts'
import {
  projectMemberAdd,
  projectMemberList,
  projectMemberRemove,
  projectMemberUpdate,
} from './project-member/project-member.ts'

/** The organization, and who is in it. */
export function organizationCommands(): readonly Command[] {
  return [
    organizationCreate,
    organizationList,
    organizationDescribe,
    organizationSet,
    organizationUpdate,
    organizationLeave,
    organizationDelete,
    memberList,
    memberUpdate,
    memberDelete,
    invitationCreate,
    invitationList,
    invitationRevoke,
    groupCreate,
    groupList,
    groupDescribe,
    groupUpdate,
    groupDelete,
    groupMemberList,
    groupMemberAdd,
    groupMemberUpdate,
    groupMemberRemove,
    projectMemberList,
    projectMemberAdd,
    projectMemberUpdate,
    projectMemberRemove,
  ]
}
