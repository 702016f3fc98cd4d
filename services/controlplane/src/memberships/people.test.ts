import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { createApiToken } from '../api-tokens/create-api-token.ts'
import type { Actor } from '../auth/actor.ts'
import { assertGranted } from '../auth/run-grant.ts'
import { actorOfGrants } from '../auth/user-actor.ts'
import * as userGrants from '../auth/user-grants.ts'
import { readConfig } from '../config.ts'
import type { Db } from '../db/db.ts'
import type { MemberRole } from '../db/people-schema.ts'
import * as groupMembers from '../groups/manage-group-members.ts'
import { createGroup, deleteGroup } from '../groups/manage-groups.ts'
import { invite, listInvitations, revokeInvitation } from '../invitations/invite.ts'
import { createOrganization } from '../organizations/create-organization.ts'
import { deleteOrganization } from '../organizations/delete-organization.ts'
import * as projectMembers from '../project-members/manage-project-members.ts'
import { admitUser } from '../sign-in/admit-user.ts'
import { inviteOwner } from '../sign-in/first-owner.ts'
import { insertOrganization, openWorld, type TestOrganization } from '../testing/world.ts'
import { createWorkflow } from '../workflows/create-workflow.ts'
import { listWorkflows } from '../workflows/list-workflows.ts'
import { listMembers, removeMember, updateMember } from './manage-members.ts'
import * as own from './own-memberships.ts'

let world: Awaited<ReturnType<typeof openWorld>>
let db: Db
let organization: TestOrganization
let count = 0
beforeAll(async () => {
  world = await openWorld()
  db = world.db
})
afterAll(async () => world[Symbol.asyncDispose]())
beforeEach(async () => {
  count += 1
  organization = await insertOrganization(db, `acme-${count}`)
})

const config = {
  signInAllow: [] as readonly string[],
  instanceAdmins: [] as readonly string[],
  onboarding: [] as readonly string[],
}
const PAGE = { limit: 100, offset: 0 }

/** Somebody who signs in with that address. */
async function signIn(name: string, more: Partial<typeof config> = {}): Promise<string> {
  const email = `${name}-${count}@example.com`
  const user = await admitUser(
    { db, config: { ...config, ...more } },
    { issuer: 'https://id.example', subject: email, email, firstName: '', lastName: '' },
  )
  return user.id
}

const addressOf = (name: string): string => `${name}-${count}@example.com`

/** As they are in the organization now. */
async function actorOf(userId: string, at: TestOrganization = organization): Promise<Actor> {
  const found = await userGrants.findByUser(db, { userId, organizationId: at.id })
  if (!found) throw new Error('no such user')
  return actorOfGrants(found, { id: at.id })
}

async function member(name: string, role: MemberRole): Promise<Actor> {
  const userId = await signIn(name)
  await db
    .insertInto('memberships')
    .values({ organization_id: organization.id, user_id: userId, role })
    .execute()
  return actorOf(userId)
}

async function membershipOf({ id: userId }: Actor): Promise<string> {
  const { id } = await db
    .selectFrom('memberships')
    .where('organization_id', '=', organization.id)
    .where('user_id', '=', userId)
    .select('id')
    .executeTakeFirstOrThrow()
  return id
}

function newWorkflow(actor: Actor, projectName: string, name = 'build') {
  return createWorkflow({ db }, actor, {
    name,
    projectName,
    contractName: '',
    contractBytes: new Uint8Array(),
    team: '',
    description: '',
  })
}

async function workflowsSeenBy(actor: Actor): Promise<string[]> {
  const { items } = await listWorkflows({ db }, actor, {
    filter: {},
    page: { number: 1, size: 100 },
  })
  return items.map(({ project }) => project.name).toSorted()
}

test('only owners touch owners, and nobody themselves', async () => {
  const [owner, admin] = [await member('owner', 'owner'), await member('admin', 'admin')]
  const viewer = await member('viewer', 'viewer')
  const ids = { owner: await membershipOf(owner), admin: await membershipOf(admin) }
  const viewerId = await membershipOf(viewer)

  await expect(updateMember({ db }, admin, { id: ids.owner, role: 'viewer' })).toFailWith(
    'forbidden',
  )
  await expect(removeMember({ db }, admin, { id: ids.owner })).toFailWith('forbidden')
  await expect(updateMember({ db }, admin, { id: viewerId, role: 'owner' })).toFailWith('forbidden')
  await expect(updateMember({ db }, admin, { id: ids.admin, role: 'viewer' })).toFailWith('invalid')
  await expect(invite({ db }, admin, { email: addressOf('new'), role: 'owner' })).toFailWith(
    'forbidden',
  )
  await expect(updateMember({ db }, viewer, { id: ids.admin, role: 'viewer' })).toFailWith(
    'forbidden',
  )
  await updateMember({ db }, owner, { id: viewerId, role: 'owner' })
  expect((await actorOf(viewer.id)).role).toBe('owner')
})

test('an owner who was demoted a moment ago demotes nobody', async () => {
  const [one, other] = [await member('one', 'owner'), await member('other', 'owner')]
  await updateMember({ db }, one, { id: await membershipOf(other), role: 'viewer' })

  const late = updateMember({ db }, other, { id: await membershipOf(one), role: 'viewer' })

  await expect(late).toFailWith('forbidden')
})

test('the only owner neither leaves nor deletes the account', async () => {
  const owner = await member('owner', 'owner')
  const id = await membershipOf(owner)

  await expect(own.leaveOrganization({ db }, owner, { id })).toFailWith('invalid')
  await expect(own.deleteAccount({ db }, owner)).toFailWith('invalid', /only owner/)
  await member('second', 'owner')
  await own.leaveOrganization({ db }, owner, { id })
  await expect(actorOf(owner.id)).toFailWith('forbidden')
})

test('an invitation waits for the address, and brings its group and project along', async () => {
  const admin = await member('admin', 'admin')
  await newWorkflow(admin, 'web')
  await createGroup({ db }, admin, { name: 'team', description: '' })
  await groupMembers.addGroupMember({ db }, admin, {
    group: { name: 'team' },
    email: addressOf('Nina').toUpperCase(),
    maintainer: true,
  })

  const nina = await actorOf(await signIn('nina'))

  expect(nina.role).toBe('contributor')
  await expect(
    groupMembers.addGroupMember({ db }, nina, {
      group: { name: 'team' },
      email: addressOf('admin'),
      maintainer: false,
    }),
  ).toFailWith('already_exists')
  expect((await listInvitations({ db }, admin, PAGE)).items).toMatchObject([
    { email: addressOf('nina'), state: 'accepted', role: 'contributor' },
  ])
  await expect(
    groupMembers.addGroupMember({ db }, nina, {
      group: { name: 'team' },
      email: addressOf('stranger'),
      maintainer: false,
    }),
  ).toFailWith('not_found')
})

test('an invitation that was taken back, or is for somebody else, is worth nothing', async () => {
  const admin = await member('admin', 'admin')
  const { id } = await invite({ db }, admin, { email: addressOf('ole'), role: 'viewer' })
  await expect(invite({ db }, admin, { email: addressOf('ole'), role: 'viewer' })).toFailWith(
    'already_exists',
  )
  await revokeInvitation({ db }, admin, { id })
  await expect(revokeInvitation({ db }, admin, { id })).toFailWith('invalid')
  await invite({ db }, admin, { email: addressOf('somebody'), role: 'admin' })

  await expect(actorOf(await signIn('ole'))).toFailWith('forbidden')
})

test('who is on a project sees that and no other, directly or by a group', async () => {
  const admin = await member('admin', 'admin')
  for (const project of ['web', 'shop', 'api']) await newWorkflow(admin, project)
  const pia = await member('pia', 'contributor')
  expect(await workflowsSeenBy(pia)).toEqual([])

  await projectMembers.addProjectMember({ db }, admin, {
    project: { name: 'web' },
    member: { email: addressOf('pia') },
    role: 'viewer',
  })
  await createGroup({ db }, admin, { name: 'team', description: '' })
  await groupMembers.addGroupMember({ db }, admin, {
    group: { name: 'team' },
    email: addressOf('pia'),
    maintainer: false,
  })
  await projectMembers.addProjectMember({ db }, admin, {
    project: { name: 'api' },
    member: { group: { name: 'team' } },
    role: 'admin',
  })

  const now = await actorOf(pia.id)
  expect(await workflowsSeenBy(now)).toEqual(['api', 'web'])
  await newWorkflow(now, 'api', 'second')
  await expect(newWorkflow(now, 'web', 'second')).toFailWith('forbidden')
  await expect(newWorkflow(now, 'shop', 'second')).toFailWith('not_found')
  await deleteGroup({ db }, admin, { name: 'team' })
  expect(await workflowsSeenBy(await actorOf(pia.id))).toEqual(['web'])
})

test('a member creates a project and is its admin; a contributor creates none', async () => {
  const mia = await member('mia', 'member')
  await newWorkflow(mia, 'own')
  expect(await workflowsSeenBy(await actorOf(mia.id))).toEqual(['own'])
  await newWorkflow(await actorOf(mia.id), 'own', 'second')

  await expect(newWorkflow(await member('con', 'contributor'), 'new')).toFailWith('not_found')
})

test('who was removed loses projects, groups and run tokens at once, and does not get them back by returning', async () => {
  const admin = await member('admin', 'admin')
  const { project } = await newWorkflow(admin, 'web')
  const rob = await member('rob', 'contributor')
  const subject = { project: { name: 'web' }, member: { email: addressOf('rob') } }
  await projectMembers.addProjectMember({ db }, admin, { ...subject, role: 'admin' })
  const grant = {
    organizationId: organization.id,
    projectId: project.id,
    grantor: `user:${rob.id}`,
  }
  await assertGranted(db, grant)

  await projectMembers.setProjectMemberRole({ db }, admin, { ...subject, role: 'viewer' })
  await expect(assertGranted(db, grant)).toFailWith('unauthenticated')
  await projectMembers.setProjectMemberRole({ db }, admin, { ...subject, role: 'admin' })
  await removeMember({ db }, admin, { id: await membershipOf(rob) })
  await expect(assertGranted(db, grant)).toFailWith('unauthenticated')
  await invite({ db }, admin, { email: addressOf('rob'), role: 'contributor' })
  const again = await actorOf(await signIn('rob'))

  expect(again.id).toBe(rob.id)
  expect(await workflowsSeenBy(again)).toEqual([])
})

test('an admin of a project makes tokens that attest for it, and none that may do more', async () => {
  const mia = await member('mia', 'member')
  await newWorkflow(mia, 'own')
  const actor = await actorOf(mia.id)
  const wanted = { name: 'ci', description: '', rights: [], expiresInSeconds: undefined }

  await createApiToken({ db }, actor, { ...wanted, role: 'attester', project: { name: 'own' } })
  for (const role of ['operator', 'viewer'] as const) {
    const more = { ...wanted, name: `ci-${role}`, role }
    await expect(createApiToken({ db }, actor, { ...more, project: { name: 'own' } })).toFailWith(
      'forbidden',
    )
    await expect(createApiToken({ db }, actor, { ...more, project: undefined })).toFailWith(
      'forbidden',
    )
  }
})

test('who signs in joins the organizations that everybody joins, in the role that they have already or that one', async () => {
  const onboarding = [`${organization.name}=viewer`, 'missing=member']
  const admin = await member('admin', 'admin')

  expect((await actorOf(await signIn('ulf', { onboarding }))).role).toBe('viewer')
  expect((await actorOf(await signIn('admin', { onboarding }))).role).toBe('admin')
  expect((await listMembers({ db }, admin, PAGE)).totalCount).toBe(2)
  await expect(signIn('eve', { onboarding: [`${organization.name}=owner`] })).rejects.toThrow(
    /ONBOARDING/,
  )
})

test('whoever creates an organization owns it; who owns it deletes it, and nobody reaches it any more', async () => {
  const userId = await signIn('olga')
  const found = await userGrants.findByUser(db, { userId, organizationId: organization.id })
  if (!found) throw new Error('no such user')
  const newcomer = actorOfGrants(found, 'none')
  const settings = readConfig({ CHAINLOOP_RESTRICT_ORGANIZATION_CREATION: 'true' })
  const name = `new-${count}`
  await expect(createOrganization({ db, config: settings }, newcomer, { name })).toFailWith(
    'forbidden',
  )
  const created = await createOrganization(
    { db, config: { ...settings, restrictOrganizationCreation: false } },
    newcomer,
    { name },
  )
  const owner = await actorOf(userId, created)
  expect(owner.role).toBe('owner')

  await expect(deleteOrganization({ db }, owner, { name: organization.name })).toFailWith(
    'forbidden',
  )
  await deleteOrganization({ db }, owner, { name })
  await expect(deleteOrganization({ db }, owner, { name })).toFailWith('not_found')
  expect((await own.listOwnMemberships({ db }, owner, PAGE)).totalCount).toBe(0)
})

test('whoever runs the server names the first owner, until there is one', async () => {
  const wish = { organizationName: organization.name }
  expect(await inviteOwner({ db }, { ...wish, email: addressOf('typo') })).toBe(true)
  expect(await inviteOwner({ db }, { ...wish, email: addressOf('boss') })).toBe(true)

  expect((await actorOf(await signIn('boss'))).role).toBe('owner')
  await expect(actorOf(await signIn('typo'))).toFailWith('forbidden')
  expect(await inviteOwner({ db }, { ...wish, email: addressOf('late') })).toBe(false)
})

test('an instance admin acts in organizations by naming them, with few rights', async () => {
  const userId = await signIn('root', { instanceAdmins: [addressOf('ROOT')] })
  const actor = await actorOf(userId)

  expect(actor.role).toBe('instance admin')
  expect(actor.can('organization:read')).toBe(true)
  const others = ['workflow:read', 'artifact:read', 'membership:manage'] as const
  expect(others.filter((right) => actor.can(right))).toEqual([])
  await signIn('root')
  await expect(actorOf(userId)).toFailWith('forbidden')
})
