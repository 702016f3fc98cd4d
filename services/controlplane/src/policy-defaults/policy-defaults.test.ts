import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, afterEach, beforeAll, test } from '@jest/globals'

import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { openStoreWorld } from '../attestations/testing/store-world.ts'
import { cursorPage } from '../pages.ts'
import { BANNED, GATED, OPTIONAL_SBOM, sbomOf, storeSbom } from '../policies/testing/store-sbom.ts'
import { applyPolicy } from '../policy-store/apply-policy.ts'
import { containPolicy } from '../policy-store/contain-policy.ts'
import { storedDocuments } from '../policy-store/stored-documents.ts'
import { actorOf } from '../testing/world.ts'
import { listDefaults, removeDefault, setDefault, type WantedDefault } from './manage-defaults.ts'

const FIRST_PAGE = cursorPage(undefined)
const BAD = sbomOf('left-pad')

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(OPTIONAL_SBOM)
  await apply(BANNED)
})
afterEach(async () => {
  await world.db.deleteFrom('policy_defaults').execute()
})
afterAll(async () => world[Symbol.asyncDispose]())

async function apply(text: string): Promise<void> {
  const load = storedDocuments(world.db, world.operator)
  const policy = await containPolicy(Buffer.from(text), load)
  await applyPolicy(world, world.operator, { policy, dryRun: false })
}

const set = (wanted: Partial<WantedDefault> = {}) =>
  setDefault(world, world.operator, {
    reference: 'banned',
    kind: undefined,
    with: {},
    gate: true,
    shadow: false,
    ...wanted,
  })

test('a default judges runs whose contract knows nothing of it, by the version it is pinned to', async () => {
  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('not_applicable')
  await set()
  await apply(BANNED.replace('is banned', 'is not wanted'))
  const { run, found } = await storeSbom(world, BAD)

  expect(run?.policy).toMatchObject({ status: 'blocked', violations: 1 })
  expect(found?.evaluations).toMatchObject([
    {
      materialName: 'other',
      gate: true,
      violations: [{ message: 'left-pad is banned' }],
      policyReference: { name: 'banned', uri: 'chainloop://acme/banned@1' },
    },
    { materialName: 'sbom', violations: [] },
  ])
})

test('a run is judged by what was in force when it was opened', async () => {
  const before = await world.open()
  await set()
  const during = await world.open()
  await removeDefault(world, world.operator, { name: 'banned', kind: 'policy' })
  const opened = [before, during]
  const open: StoreWorld['open'] = async () => opened.shift() ?? world.open()
  const statuses = []
  for (let count = 0; count < 3; count += 1) {
    statuses.push((await storeSbom({ ...world, open }, BAD)).run?.policy?.status)
  }

  expect(statuses).toEqual(['not_applicable', 'blocked', 'not_applicable'])
  expect(await listDefaults(world, world.operator, FIRST_PAGE)).toMatchObject({ items: [] })
})

test('in shadow mode it is recorded, blocks nothing and counts for nothing', async () => {
  await set({ shadow: true })
  const { run, found, verdict } = await storeSbom(world, BAD)

  expect(run?.policy?.status).toBe('not_applicable')
  expect(verdict.blockers).toEqual([])
  expect(found?.evaluations[0]).toMatchObject({
    shadow: true,
    gate: false,
    violations: [{ message: expect.stringContaining('left-pad'), suppressed: false }],
  })
})

test('a contract cannot soften a default by attaching the same policy in shadow mode', async () => {
  await using other = await openStoreWorld(GATED.replace('- gate: true', '- shadow: true'))
  const load = storedDocuments(other.db, other.operator)
  const policy = await containPolicy(Buffer.from(BANNED), load)
  await applyPolicy(other, other.operator, { policy, dryRun: false })
  const wanted = { reference: 'banned', kind: undefined, with: {}, gate: true, shadow: false }
  await setDefault(other, other.operator, wanted)
  const { run, found } = await storeSbom(other, BAD)

  expect(run?.policy?.status).toBe('blocked')
  expect(found?.evaluations.filter(({ materialName }) => materialName === 'other')).toHaveLength(2)
})

test('inputs are those of the default; naming it again replaces it', async () => {
  await set()
  await set({ with: { names: 'something-else' } })

  const { items } = await listDefaults(world, world.operator, FIRST_PAGE)
  expect(items).toMatchObject([
    { name: 'banned', with: { names: 'something-else' }, createdBy: 'operator-token' },
  ])
  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('passed')
})

test('a group judges, and asks for no material of its own', async () => {
  await apply(`apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata: { name: release }
spec:
  inputs: [{ name: names, default: left-pad }]
  policies:
    materials:
      - { name: other, type: SBOM_CYCLONEDX_JSON, policies: [{ ref: banned@1, with: { names: "{{ inputs.names }}" } }] }
      - { name: missing, type: SARIF }
`)
  await set({ reference: 'release', kind: 'policy_group' })
  const { run, found } = await storeSbom(world, BAD)

  expect(run?.policy?.status).toBe('blocked')
  expect(found?.evaluations).toMatchObject([
    { materialName: 'other', groupReference: { name: 'release' } },
  ])
})

test('only operators decide about them, and every decision is in the audit log', async () => {
  const viewer = actorOf(world.organization, 'viewer')
  const wanted = { reference: 'banned', kind: undefined, with: {}, gate: undefined, shadow: false }
  await expect(setDefault(world, viewer, wanted)).toFailWith('forbidden')
  await expect(removeDefault(world, viewer, { name: 'banned', kind: 'policy' })).toFailWith(
    'forbidden',
  )
  await expect(set({ reference: 'nowhere' })).toFailWith('not_found')
  await expect(removeDefault(world, world.operator, { name: 'banned', kind: 'policy' })).toFailWith(
    'not_found',
  )
  await set()
  const rows = await world.db
    .selectFrom('audit_entries')
    .where('action', '=', 'policy_default.set')
    .selectAll()
    .orderBy('created_at', 'desc')
    .execute()

  expect(rows[0]?.details).toMatchObject({
    name: 'banned',
    version: expect.any(Number),
    gate: true,
  })
})
