import type { ColumnType, Generated } from 'kysely'

type GeneratedAt = ColumnType<Date, Date | undefined, Date>

interface Row {
  id: Generated<string>
  created_at: GeneratedAt
}

export interface UserRow extends Row {
  /** Lower case. */
  email: string
  first_name: Generated<string>
  last_name: Generated<string>
  instance_admin: Generated<boolean>
  /** Meant by requests that name no organization. */
  current_organization_id: string | null
  updated_at: GeneratedAt
}

export interface UserIdentityRow {
  issuer: string
  subject: string
  user_id: string
  created_at: GeneratedAt
}

export interface SessionRow extends Row {
  user_id: string
  client_name: Generated<string>
  /** Of the refresh token that is good now. */
  generation: Generated<number>
  rotated_at: GeneratedAt
  last_used_at: GeneratedAt
  refresh_until: Date
  expires_at: Date
  revoked_at: Date | null
}

export interface SignInRow extends Row {
  kind: 'browser' | 'device'
  /** `sha256:<hex>` of the code that only the command line has. */
  secret_digest: string
  user_code: string | null
  code_challenge: Generated<string>
  client_name: Generated<string>
  user_id: string | null
  state: Generated<'pending' | 'approved' | 'denied' | 'used'>
  interval_seconds: Generated<number>
  polled_at: Date | null
  expires_at: Date
}

export type MemberRole = 'owner' | 'admin' | 'viewer' | 'member' | 'contributor'
export type ProjectRole = 'admin' | 'viewer'

export interface MembershipRow extends Row {
  organization_id: string
  user_id: string
  role: MemberRole
  updated_at: GeneratedAt
}

export interface GroupRow extends Row {
  organization_id: string
  name: string
  description: Generated<string>
  updated_at: GeneratedAt
}

export interface GroupMemberRow {
  organization_id: string
  group_id: string
  user_id: string
  maintainer: Generated<boolean>
  created_at: GeneratedAt
  updated_at: GeneratedAt
}

export interface ProjectMemberRow extends Row {
  organization_id: string
  project_id: string
  /** Exactly one of user and group. */
  user_id: string | null
  group_id: string | null
  role: ProjectRole
  updated_at: GeneratedAt
}

export interface InvitationRow extends Row {
  organization_id: string
  /** Lower case. */
  email: string
  role: MemberRole
  state: Generated<'pending' | 'accepted' | 'revoked'>
  sender_id: string | null
  group_id: string | null
  group_maintainer: Generated<boolean>
  project_id: string | null
  project_role: ProjectRole | null
  ended_at: Date | null
}

export interface PeopleSchema {
  users: UserRow
  user_identities: UserIdentityRow
  sessions: SessionRow
  sign_ins: SignInRow
  memberships: MembershipRow
  groups: GroupRow
  group_members: GroupMemberRow
  project_members: ProjectMemberRow
  invitations: InvitationRow
}
