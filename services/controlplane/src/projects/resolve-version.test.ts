import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { inTransaction } from '../db/db.ts'
import type { Database } from '../db/open-database.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { ensureProject } from './ensure-project.ts'
import * as versions from './project-version-repo.ts'
import type { Project } from './project.ts'
import { releaseVersion } from './release-version.ts'
import { resolveVersion, type VersionChoice } from './resolve-version.ts'

let database: Database
let world: OperatorWorld
let project: Project

beforeAll(async () => {
  database = await openTestDatabase()
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
  project = await ensureProject(world.db, world.operator, { name: 'app' })
})

afterAll(async () => database[Symbol.asyncDispose]())

function resolve(choice: Partial<VersionChoice>) {
  return inTransaction(world.db, (tx) =>
    resolveVersion(tx, world.operator, {
      project,
      version: '',
      useLatest: false,
      requireExisting: false,
      markAsLatest: undefined,
      blockReleased: false,
      ...choice,
    }),
  )
}

async function latest(): Promise<string | undefined> {
  const { id: organizationId } = world.organization
  return (await versions.findLatest(world.db, { organizationId, projectId: project.id }))?.version
}

async function release(version: string): Promise<void> {
  const { id: versionId } = await resolve({ version })
  await releaseVersion(world.db, world.operator, { projectId: project.id, versionId })
}

test('no version means the first one', async () => {
  expect(await resolve({})).toMatchObject({ version: 'v0', prerelease: true, latest: true })
})

test('a new version is made once and becomes the latest', async () => {
  const first = await resolve({ version: '1.0.0+build.7' })
  const second = await resolve({ version: '1.0.0+build.7' })

  expect(second.id).toBe(first.id)
  expect(await latest()).toBe('1.0.0+build.7')
})

test('a new version leaves the latest alone when told so', async () => {
  await resolve({ version: 'hotfix', markAsLatest: false })

  expect(await latest()).toBe('v0')
})

test('an existing version is promoted only when asked for, and only before its release', async () => {
  await resolve({ version: 'v1' })
  await resolve({ version: 'v0' })
  expect(await latest()).toBe('v1')

  await resolve({ version: 'v0', markAsLatest: true })
  expect(await latest()).toBe('v0')

  await release('v1')
  await expect(resolve({ version: 'v1', markAsLatest: true })).toFailWith('conflict', /released/)
})

test('the latest is used as it is', async () => {
  await resolve({ version: 'v1' })

  expect((await resolve({ useLatest: true })).version).toBe('v1')
})

test.each([
  [{ useLatest: true, version: 'v1' }],
  [{ useLatest: true, markAsLatest: true }],
  [{ useLatest: true, markAsLatest: false }],
])('%j contradicts itself', async (choice) => {
  await expect(resolve(choice)).toFailWith('invalid')
})

test('a version that must exist is not made', async () => {
  await expect(resolve({ version: 'v9', requireExisting: true })).toFailWith(
    'invalid',
    /no version v9/,
  )
})

test('a released version takes runs unless the organization blocks it', async () => {
  await release('v1')

  expect(await resolve({ version: 'v1' })).toMatchObject({ prerelease: false })
  await expect(resolve({ version: 'v1', blockReleased: true })).toFailWith('conflict', /released/)
})

test('a version is released once', async () => {
  await release('v1')
  await release('v1')

  expect(
    (await world.audited()).filter((action) => action === 'project_version.released'),
  ).toHaveLength(1)
})

test.each(['a b', '../x', 'x'.repeat(129), "v1'", 'ü'])('%j is no version', async (version) => {
  await expect(resolve({ version })).toFailWith('invalid')
})

test('many at once make one version, and leave one latest', async () => {
  const made = await Promise.all([
    ...Array.from({ length: 4 }, () => resolve({ version: 'v1' })),
    ...Array.from({ length: 4 }, () => resolve({ version: 'v2' })),
    ...Array.from({ length: 2 }, () => resolve({ version: 'v0', markAsLatest: true })),
  ])
  const { rows } = {
    rows: await world.db
      .selectFrom('project_versions')
      .where('organization_id', '=', world.organization.id)
      .where('latest', '=', true)
      .select('version')
      .execute(),
  }

  expect(new Set(made.map(({ id }) => id)).size).toBe(3)
  expect(rows).toHaveLength(1)
})
