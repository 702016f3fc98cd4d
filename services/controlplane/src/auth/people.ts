import type { MemberRole, ProjectRole } from '../db/people-schema.ts'
import { type Right, ROLE_RIGHTS } from './right.ts'

const PROJECT_VIEWER_RIGHTS = [
  'workflow:read',
  'contract:read',
  'run:read',
  'artifact:read',
  'referrer:read',
  'integration:read',
  'delivery:read',
  'api_token:read',
  'trust_rule:read',
  'policy_exception:read',
] as const satisfies readonly Right[]

/** What a role on a project is good for, on that project. */
export const PROJECT_ROLE_RIGHTS: Readonly<Record<ProjectRole, readonly Right[]>> = {
  viewer: PROJECT_VIEWER_RIGHTS,
  admin: [
    ...PROJECT_VIEWER_RIGHTS,
    'workflow:create',
    'workflow:update',
    'workflow:delete',
    'contract:create',
    'contract:update',
    'contract:delete',
    'run:attest',
    'run:continue',
    'run:store',
    'artifact:write',
    'integration:attach',
    'api_token:create',
    'api_token:revoke',
    'trust_rule:create',
    'trust_rule:delete',
    'project_member:read',
    'project_member:manage',
    'policy:simulate',
    'policy_exception:request',
  ],
}

const ADMIN_RIGHTS = [
  ...ROLE_RIGHTS.operator,
  'membership:manage',
  'invitation:read',
  'invitation:revoke',
  'group:manage',
  'group:maintain',
  'project_member:read',
  'project_member:manage',
] as const satisfies readonly Right[]

const CONTRIBUTOR_RIGHTS = [
  'context:read',
  'organization:read',
  'organization:create',
  'group:read',
  'group:maintain',
  'cas_backend:read',
  'policy:read',
] as const satisfies readonly Right[]

/** What a role in an organization is good for, everywhere in it. */
export const MEMBER_ROLE_RIGHTS: Readonly<Record<MemberRole, readonly Right[]>> = {
  owner: [...ADMIN_RIGHTS, 'membership:manage_owners', 'organization:delete'],
  admin: ADMIN_RIGHTS,
  viewer: [...ROLE_RIGHTS.viewer, 'organization:create', 'group:maintain'],
  member: [...CONTRIBUTOR_RIGHTS, 'project:create'],
  contributor: CONTRIBUTOR_RIGHTS,
}

/** Roles that may do on a project what their role on that project says, and see no other project. */
export function isConfinedToProjects(role: MemberRole): boolean {
  return role === 'member' || role === 'contributor'
}

/** The role of who looks after the instance, where they have no other. */
export const INSTANCE_ADMIN = 'instance admin'

/** What nobody else may do, whatever their role. */
export const INSTANCE_RIGHTS = ['quota:manage'] as const satisfies readonly Right[]

/** In organizations that the administrator is no member of; each use is put into the organization's audit log. */
export const INSTANCE_ADMIN_RIGHTS = [
  'context:read',
  'organization:read',
  'organization:create',
  'membership:read',
  'invitation:create',
  'cas_backend:read',
  ...INSTANCE_RIGHTS,
] as const satisfies readonly Right[]

/** Of somebody who is signed in and in no organization yet. */
export const NEWCOMER_RIGHTS = [
  'context:read',
  'organization:create',
] as const satisfies readonly Right[]
