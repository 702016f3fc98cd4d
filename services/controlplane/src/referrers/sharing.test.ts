import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import type { Actor } from '../auth/actor.ts'
import { inTransaction } from '../db/db.ts'
import { suspendOrganization } from '../organizations/suspend-organization.ts'
import { cursorPage } from '../pages.ts'
import { openRunWorld, type RunWorld } from '../runs/testing/run-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { insertWorkflow } from '../workflows/create-workflow.ts'
import { discover, type DiscoverInput } from './discover.ts'
import { nodesOf } from './graph-walk.ts'
import { insertGraph } from './referrer-repo.ts'
import type { NewReferrer } from './referrer.ts'
import { endSharing, listSharings, requestSharing } from './share-discovery.ts'
import type { Sharing } from './sharing.ts'

let world: RunWorld
let vendor: Actor
let shop: Actor
beforeAll(async () => {
  world = await openRunWorld()
  vendor = actorOf(await insertOrganization(world.db, 'vendor'), 'operator')
  shop = actorOf(await insertOrganization(world.db, 'shop'), 'operator')
})
afterAll(async () => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.db.deleteFrom('discovery_requests').where('organization_id', 'is not', null).execute()
})

const PAGE = cursorPage(undefined)
const LIBRARY = digest('1')
const DELIVERED = digest('2')
const BUILT = digest('3')

function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`
}

function node(kind: string, of: string): NewReferrer {
  return { digest: of, kind, downloadable: true, metadata: {}, annotations: {} }
}

async function store(actor: Actor, attestation: string, about: readonly string[]): Promise<void> {
  const { organizationId } = actor
  const { project } = await insertWorkflow(world.db, actor, {
    name: `build-${attestation.slice(-4)}`,
    projectName: 'web',
    contractName: '',
    contractBytes: new Uint8Array(),
    team: '',
    description: '',
  })
  const version = await world.db
    .selectFrom('project_versions')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', project.id)
    .select('id')
    .executeTakeFirstOrThrow()
  const scope = { organizationId, projectId: project.id, projectVersionId: version.id }
  await inTransaction(world.db, (tx) =>
    insertGraph(tx, scope, {
      attestation: node('ATTESTATION', attestation),
      about: about.map((one) => node('ARTIFACT', one)),
    }),
  )
}

beforeAll(async () => {
  await store(vendor, BUILT, [LIBRARY])
  await store(shop, DELIVERED, [LIBRARY])
})

const find = (actor: Actor, input: Partial<DiscoverInput>) =>
  discover(world, actor, {
    digest: LIBRARY,
    kind: '',
    projectName: '',
    projectVersion: '',
    depth: 1,
    referenceKinds: [],
    includeShared: true,
    cursor: '',
    limit: 0,
    ...input,
  })

const found = async (actor: Actor, input: Partial<DiscoverInput> = {}): Promise<string[]> =>
  nodesOf((await find(actor, input)).root).map((one) => one.digest)

const ask = (actor: Actor, { organizationId }: Actor): Promise<Sharing> =>
  requestSharing(world, actor, { organizationId })

async function seen(actor: Actor): Promise<Sharing[]> {
  return [...(await listSharings(world, actor, PAGE)).items]
}

test('one side alone shares nothing, both do, and either ends it', async () => {
  expect(await found(shop)).toEqual([LIBRARY, DELIVERED])

  expect(await ask(shop, vendor)).toMatchObject({ state: 'requested', organizationName: '' })
  expect(await found(shop)).toEqual([LIBRARY, DELIVERED])
  expect(await found(vendor)).toEqual([LIBRARY, BUILT])

  expect(await ask(vendor, shop)).toMatchObject({ state: 'active', organizationName: 'shop' })
  expect((await found(shop)).toSorted()).toEqual([LIBRARY, DELIVERED, BUILT])
  expect((await found(vendor)).toSorted()).toEqual([LIBRARY, DELIVERED, BUILT])

  await endSharing(world, vendor, shop)
  expect(await found(shop)).toEqual([LIBRARY, DELIVERED])
  expect(await seen(shop)).toEqual([])
})

test('each side sees who has asked, and a name only once it was told', async () => {
  await ask(shop, vendor)

  expect(await seen(shop)).toMatchObject([
    { organizationId: vendor.organizationId, organizationName: '', state: 'requested' },
  ])
  expect(await seen(vendor)).toMatchObject([
    { organizationId: shop.organizationId, organizationName: 'shop', state: 'offered' },
  ])
  await endSharing(world, vendor, shop)
  expect(await seen(shop)).toEqual([])
})

test('what is shared has to be asked for, says whose it is, and is not there to be downloaded', async () => {
  await ask(shop, vendor)
  await ask(vendor, shop)

  expect(await found(shop, { includeShared: false })).toEqual([LIBRARY, DELIVERED])
  const { root } = await find(shop, { digest: BUILT })
  expect(root).toMatchObject({ digest: BUILT, sharedBy: 'vendor', downloadable: false })
  await expect(find(shop, { digest: BUILT, includeShared: false })).toFailWith('not_found')
})

test('the way leads from one organization into the other and on', async () => {
  await ask(shop, vendor)
  await ask(vendor, shop)

  expect(await found(shop, { digest: DELIVERED, depth: 3 })).toEqual([DELIVERED, LIBRARY, BUILT])
  expect(await found(shop, { digest: DELIVERED, depth: 3, includeShared: false })).toEqual([
    DELIVERED,
    LIBRARY,
  ])
})

test('a third organization gains nothing by an agreement of two others', async () => {
  await ask(shop, vendor)
  await ask(vendor, shop)
  const third = world.operator

  await expect(find(third, { digest: BUILT })).toFailWith('not_found')
  await ask(third, vendor)
  await expect(find(third, { digest: BUILT })).toFailWith('not_found')
})

test('who sees only some projects of their own organization sees nothing of others', async () => {
  await ask(shop, vendor)
  await ask(vendor, shop)
  const organization = { id: shop.organizationId, name: 'shop' }
  const confined = actorOf(organization, 'viewer', {
    projectId: '00000000-0000-4000-8000-000000000009',
  })

  await expect(find(confined, {})).toFailWith('forbidden')
  await expect(find(shop, { projectName: 'web' })).toFailWith('invalid')
})

test('a suspended organization shares nothing', async () => {
  await ask(shop, vendor)
  await ask(vendor, shop)
  await suspendOrganization(world, { name: 'vendor', suspended: true })

  expect(await found(shop)).toEqual([LIBRARY, DELIVERED])

  await suspendOrganization(world, { name: 'vendor', suspended: false })
  expect(await found(shop)).toContain(BUILT)
})

test('only who changes the organization may, and not with itself or with nobody', async () => {
  const viewer = actorOf({ id: shop.organizationId, name: 'shop' }, 'viewer')

  await expect(ask(viewer, vendor)).toFailWith('forbidden')
  await expect(endSharing(world, viewer, vendor)).toFailWith('forbidden')
  await expect(ask(shop, shop)).toFailWith('invalid')
  await expect(
    requestSharing(world, shop, { organizationId: '00000000-0000-4000-8000-000000000000' }),
  ).toFailWith('not_found')
  await expect(endSharing(world, shop, vendor)).toFailWith('not_found')
})

test('a log says what its own organization has asked for, and both what they have agreed on', async () => {
  const requested = async ({ organizationId }: Actor): Promise<string[]> => {
    const rows = await world.db
      .selectFrom('audit_entries')
      .where('action', '=', 'discovery_sharing.requested')
      .where('organization_id', '=', organizationId)
      .select('actor_name')
      .orderBy('created_at')
      .execute()
    return rows.map((row) => row.actor_name)
  }
  const before = { shop: await requested(shop), vendor: await requested(vendor) }

  await ask(shop, vendor)
  await ask(shop, vendor)
  expect(await requested(shop)).toEqual([...before.shop, 'operator-token'])
  expect(await requested(vendor)).toEqual(before.vendor)

  await ask(vendor, shop)
  expect(await requested(shop)).toHaveLength(before.shop.length + 2)
  expect(await requested(shop)).toContain('organization vendor')
  expect(await requested(vendor)).toEqual([...before.vendor, 'operator-token'])
})
