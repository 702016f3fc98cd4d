import { invalid } from '@chainloop/kit/errors'
import { MembershipRole } from '@chainloop/proto/controlplane/v1/response_messages'
import { ProjectMemberRole } from '@chainloop/proto/controlplane/v1/shared_message'

import type { MemberRole, ProjectRole } from '../db/people-schema.ts'

export const MEMBER_ROLE_NUMBERS = {
  viewer: MembershipRole.ORG_VIEWER,
  admin: MembershipRole.ORG_ADMIN,
  owner: MembershipRole.ORG_OWNER,
  member: MembershipRole.ORG_MEMBER,
  contributor: MembershipRole.ORG_CONTRIBUTOR,
} as const satisfies Record<MemberRole, MembershipRole>

export const PROJECT_ROLE_NUMBERS = {
  admin: ProjectMemberRole.ADMIN,
  viewer: ProjectMemberRole.VIEWER,
} as const satisfies Record<ProjectRole, ProjectMemberRole>

/** Undefined for what is left out; throws `invalid` for numbers that are no role. */
export function memberRole(number: MembershipRole | undefined): MemberRole | undefined {
  return number ? byNumber(MEMBER_ROLE_NUMBERS, number) : undefined
}

export function requiredMemberRole(number: MembershipRole): MemberRole {
  return byNumber(MEMBER_ROLE_NUMBERS, number)
}

export function requiredProjectRole(number: ProjectMemberRole): ProjectRole {
  return byNumber(PROJECT_ROLE_NUMBERS, number)
}

function byNumber<R extends string>(numbers: Readonly<Record<R, number>>, number: number): R {
  const roles = Object.keys(numbers) as R[]
  const role = roles.find((one) => numbers[one] === number)
  if (role === undefined) throw invalid(`there is no role ${number}`, { reason: 'INVALID_ROLE' })
  return role
}
