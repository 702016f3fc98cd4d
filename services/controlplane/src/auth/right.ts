/** What somebody may do, `resource:action`. The access table names one per RPC. */
export type Right =
  /** Who one is and where; the only right of an organization that does not need one. */
  | 'context:read'
  | 'organization:read'
  | 'organization:update'
  | 'organization:create'
  | 'organization:delete'
  /** Of who looks after the instance. */
  | 'quota:manage'
  | 'membership:read'
  | 'membership:manage'
  | 'membership:manage_owners'
  | 'invitation:read'
  | 'invitation:create'
  | 'invitation:revoke'
  | 'group:read'
  | 'group:manage'
  /** Of the groups that one maintains. */
  | 'group:maintain'
  | 'project:create'
  | 'project_member:read'
  | 'project_member:manage'
  | 'workflow:read'
  | 'workflow:create'
  | 'workflow:update'
  | 'workflow:delete'
  | 'contract:read'
  | 'contract:create'
  | 'contract:update'
  | 'contract:delete'
  | 'run:read'
  | 'run:attest'
  | 'run:continue'
  | 'run:store'
  | 'artifact:read'
  | 'artifact:write'
  | 'referrer:read'
  | 'cas_backend:read'
  | 'cas_backend:manage'
  | 'integration:read'
  | 'integration:register'
  | 'integration:attach'
  | 'delivery:read'
  | 'api_token:read'
  | 'api_token:create'
  | 'api_token:revoke'
  | 'trust_rule:read'
  | 'trust_rule:create'
  | 'trust_rule:delete'
  | 'signer:read'
  | 'signer:create'
  | 'signer:delete'
  | 'policy:read'
  | 'policy:manage'
  | 'policy:simulate'
  | 'policy_exception:read'
  | 'policy_exception:request'
  | 'policy_exception:approve'
  | 'audit:read'
  | 'log:read'
  | InternalRight

/** Of our own services, on the internal listener only. */
export type InternalRight = 'internal:receipts' | 'internal:secrets' | 'internal:deliveries'

/** Of machines; what people are is in `people.ts`. */
export type Role = 'attester' | 'viewer' | 'operator'

const READ_RIGHTS = [
  'context:read',
  'organization:read',
  'membership:read',
  'group:read',
  'workflow:read',
  'contract:read',
  'run:read',
  'artifact:read',
  'referrer:read',
  'cas_backend:read',
  'integration:read',
  'delivery:read',
  'api_token:read',
  'trust_rule:read',
  'signer:read',
  'policy:read',
  'policy_exception:read',
  'audit:read',
  'log:read',
] as const satisfies readonly Right[]

export const ROLE_RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  attester: [
    'context:read',
    'organization:read',
    'contract:read',
    'run:attest',
    'run:continue',
    'run:store',
    'policy:read',
  ],
  viewer: READ_RIGHTS,
  operator: [
    ...READ_RIGHTS,
    'organization:update',
    'organization:create',
    'invitation:create',
    'project:create',
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
    'cas_backend:manage',
    'integration:register',
    'integration:attach',
    'api_token:create',
    'api_token:revoke',
    'trust_rule:create',
    'trust_rule:delete',
    'signer:create',
    'signer:delete',
    'policy:manage',
    'policy:simulate',
    'policy_exception:request',
    'policy_exception:approve',
  ],
}

/** What an operator may add to an attester, one by one. */
export const GRANTABLE_RIGHTS = [
  'contract:update',
  'workflow:create',
  'artifact:read',
] as const satisfies readonly Right[]

export type GrantableRight = (typeof GRANTABLE_RIGHTS)[number]

export function isGrantable(right: string): right is GrantableRight {
  return GRANTABLE_RIGHTS.some((grantable) => grantable === right)
}
