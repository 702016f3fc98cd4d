import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { createActor } from '../auth/actor.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import { chooseCasBackend } from '../cas-backends/choose-cas-backend.ts'
import { readConfig } from '../config.ts'
import type { Database } from '../db/open-database.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { actorOf } from '../testing/world.ts'
import { createOrganization } from './create-organization.ts'
import { getOrganization } from './get-organization.ts'
import { updateOrganization } from './update-organization.ts'

let database: Database
let world: OperatorWorld

beforeAll(async () => {
  database = await openTestDatabase()
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
})

afterAll(async () => database[Symbol.asyncDispose]())

const open = readConfig({ CHAINLOOP_RESTRICT_ORGANIZATION_CREATION: 'false' })
const restricted = readConfig({})

function create(name: string, config = open) {
  return createOrganization({ db: world.db, config }, world.operator, { name })
}

test('an organization starts with the strict settings and two places for artifacts', async () => {
  const { id: organizationId, settings } = await create('globex')
  const backends = await casBackends.list(world.db, { organizationId })

  expect(settings).toMatchObject({
    preventImplicitWorkflowCreation: true,
    allowJobContractUpdate: false,
    allowOldContractRevisions: false,
  })
  expect(backends).toMatchObject([
    {
      name: 'filesystem',
      provider: 'FILESYSTEM',
      location: organizationId,
      isDefault: true,
      maxBlobBytes: 0,
    },
    { name: 'inline', provider: 'INLINE', isDefault: false, maxBlobBytes: 512_000 },
  ])
})

test('names are unique, well formed and not reserved', async () => {
  await create('initech')

  await expect(create('initech')).toFailWith('already_exists')
  await expect(create('Initech')).toFailWith('invalid')
  await expect(create('default')).toFailWith('invalid', /reserved/)
})

test('an instance that restricts it creates no organizations through its API', async () => {
  await expect(create('umbrella', restricted)).toFailWith('forbidden')
})

test('an update changes what it names, and may set back to nothing', async () => {
  const update = (settings: Parameters<typeof updateOrganization>[2]['settings']) =>
    updateOrganization(world, world.operator, { name: world.organization.name, settings })

  await update({
    blockOnPolicyViolation: true,
    apiTokenMaxDaysInactive: 30,
    policiesAllowedHostnames: ['a.example'],
  })
  const { settings } = await update({ apiTokenMaxDaysInactive: undefined })

  expect(settings).toMatchObject({
    blockOnPolicyViolation: true,
    apiTokenMaxDaysInactive: undefined,
    policiesAllowedHostnames: ['a.example'],
    preventImplicitWorkflowCreation: true,
  })
})

test('nobody updates another organization by naming it', async () => {
  const { organizationName: name } = await world.foreigner()

  await expect(
    updateOrganization(world, world.operator, { name, settings: { skipRunnerEnvVars: true } }),
  ).toFailWith('forbidden')
})

test('a viewer updates nothing', async () => {
  const viewer = actorOf(world.organization, 'viewer')
  const change = { name: world.organization.name, settings: { allowJobContractUpdate: true } }

  await expect(updateOrganization(world, viewer, change)).toFailWith('forbidden')
  expect((await getOrganization(world.db, viewer)).settings.allowJobContractUpdate).toBe(false)
})

test('a run keeps its artifacts in the fallback while the default cannot be used', async () => {
  const { organizationId } = world.operator
  const set = (
    name: string,
    values: { is_fallback?: boolean; validation_status?: 'ok' | 'invalid' },
  ) =>
    world.db
      .updateTable('cas_backends')
      .set(values)
      .where('organization_id', '=', organizationId)
      .where('name', '=', name)
      .execute()

  expect((await chooseCasBackend(world.db, { organizationId })).name).toBe('filesystem')
  await set('filesystem', { validation_status: 'invalid' })
  await expect(chooseCasBackend(world.db, { organizationId })).toFailWith('forbidden')
  await set('inline', { is_fallback: true })
  expect((await chooseCasBackend(world.db, { organizationId })).name).toBe('inline')
})

test('an actor bound to a project or a run may use its rights nowhere else', () => {
  const bound = createActor({
    ...world.operator,
    projectId: 'p',
    runId: 'r',
    rights: new Set(['run:store']),
  })

  expect(bound.can('run:store', { projectId: 'p', runId: 'r' })).toBe(true)
  expect(bound.can('run:store', { projectId: 'p' })).toBe(false)
  expect(bound.can('run:store', { projectId: 'q', runId: 'r' })).toBe(false)
  expect(bound.can('run:store')).toBe(false)
  expect(bound.can('run:continue', { projectId: 'p', runId: 'r' })).toBe(false)
})
