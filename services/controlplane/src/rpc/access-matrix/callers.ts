import * as apiTokens from '../../api-tokens/api-token-repo.ts'
import { signApiToken } from '../../api-tokens/sign-api-token.ts'
import type { Role } from '../../auth/right.ts'
import { AUDIENCE } from '../../auth/tokens.ts'
import type { Context } from '../../context.ts'
import type { MemberRole, ProjectRole } from '../../db/people-schema.ts'
import * as memberships from '../../memberships/membership-repo.ts'
import * as sessions from '../../sessions/session-repo.ts'
import { signSession } from '../../sessions/session-tokens.ts'
import { insertUser, type Place } from './place.ts'

/** Somebody who calls, named after what they may. */
export interface Caller {
  readonly name: string
  readonly token: string | undefined
  /** Sent as `chainloop-organization`. */
  readonly organization?: string
}

type Deps = Pick<Context, 'db' | 'tokens'>

/** One of every role; who has something to do with a project has it with `own`. */
export async function insertCallers(ctx: Deps, own: Place): Promise<readonly Caller[]> {
  const { organization, projectId } = own
  const inProject = { projectId, role: 'admin' } as const
  const organizationName = organization.name
  return [
    { name: 'nobody', token: undefined },
    { name: 'attester token', token: await machine(ctx, own, { role: 'attester', projectId }) },
    { name: 'viewer token', token: await machine(ctx, own, { role: 'viewer' }) },
    { name: 'operator token', token: await machine(ctx, own, { role: 'operator' }) },
    { name: 'run token', token: await runToken(ctx, own) },
    { name: 'owner', token: await person(ctx, own, { role: 'owner' }) },
    { name: 'admin', token: await person(ctx, own, { role: 'admin' }) },
    { name: 'viewer', token: await person(ctx, own, { role: 'viewer' }) },
    { name: 'member', token: await person(ctx, own, { role: 'member' }) },
    {
      name: 'project admin',
      token: await person(ctx, own, { role: 'member', project: inProject }),
    },
    {
      name: 'project admin by group',
      token: await person(ctx, own, { role: 'contributor', project: inProject, byGroup: true }),
    },
    {
      name: 'project viewer',
      token: await person(ctx, own, {
        role: 'contributor',
        project: { projectId, role: 'viewer' },
      }),
    },
    { name: 'contributor', token: await person(ctx, own, { role: 'contributor' }) },
    {
      name: 'instance admin',
      token: await person(ctx, own, { instanceAdmin: true }),
      organization: organizationName,
    },
    { name: 'newcomer', token: await person(ctx, own, {}) },
  ]
}

async function machine(
  { db, tokens }: Deps,
  { organization }: Place,
  { role, projectId }: { readonly role: Role; readonly projectId?: string },
): Promise<string> {
  const { id: organizationId, name: organizationName } = organization
  const token = await apiTokens.insert(db, {
    organizationId,
    projectId,
    name: `the-${role}`,
    description: '',
    role,
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  const id = token?.id ?? ''
  return signApiToken({ db, tokens }, { organizationId, organizationName }, { id })
}

async function runToken({ tokens }: Deps, place: Place): Promise<string> {
  const claims = {
    sub: place.runId,
    org_id: place.organization.id,
    project_id: place.projectId,
    granted_by: `api_token:${place.tokenId}`,
  }
  return tokens.sign(claims, { audience: AUDIENCE.run, expiresInSeconds: 3600 })
}

interface Person {
  readonly role?: MemberRole
  readonly project?: { readonly projectId: string; readonly role: ProjectRole }
  readonly byGroup?: boolean
  readonly instanceAdmin?: boolean
}

export const INSTANCE_ADMIN_EMAIL = 'root@acme.example'

let count = 0

async function person(
  { db, tokens }: Deps,
  { organization }: Place,
  { role, project, byGroup = false, instanceAdmin = false }: Person,
): Promise<string> {
  count += 1
  const organization_id = organization.id
  const email = instanceAdmin ? INSTANCE_ADMIN_EMAIL : `person-${count}@acme.example`
  const { id: user_id } = await insertUser(db, email)
  if (instanceAdmin) {
    await db.updateTable('users').set({ instance_admin: true }).where('id', '=', user_id).execute()
  }
  if (role) {
    await memberships.insert(db, { organizationId: organization_id, userId: user_id, role })
  }
  if (project) {
    const subject = byGroup
      ? { group_id: await groupOf(db, { organization_id, user_id }) }
      : { user_id }
    const { projectId: project_id, role: projectRole } = project
    await db
      .insertInto('project_members')
      .values({ organization_id, project_id, role: projectRole, ...subject })
      .execute()
  }
  const end = new Date(Date.now() + 3_600_000)
  const session = await sessions.insert(db, {
    userId: user_id,
    clientName: '',
    refreshUntil: end,
    expiresAt: end,
  })
  return (await signSession(tokens, session)).accessToken
}

async function groupOf(
  db: Deps['db'],
  member: { organization_id: string; user_id: string },
): Promise<string> {
  const { organization_id } = member
  const { id } = await db
    .insertInto('groups')
    .values({ organization_id, name: `group-${count}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('group_members')
    .values({ ...member, group_id: id })
    .execute()
  return id
}
