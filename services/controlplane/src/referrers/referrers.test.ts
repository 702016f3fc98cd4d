import { randomBytes } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { inTransaction } from '../db/db.ts'
import type { Run } from '../runs/run.ts'
import { openRunWorld } from '../runs/testing/run-world.ts'
import type { RunWorld } from '../runs/testing/run-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { discover } from './discover.ts'
import type { DiscoverInput } from './discover.ts'
import { nodesOf, type ReferrerTree } from './graph-walk.ts'
import { insertGraph } from './referrer-repo.ts'
import type { NewReferrer } from './referrer.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const digestOfSomething = (): string => `sha256:${randomBytes(32).toString('hex')}`
const INPUT: DiscoverInput = {
  digest: '',
  kind: '',
  projectName: '',
  projectVersion: '',
  cursor: '',
  limit: 0,
}

function node(kind: string, digest: string = digestOfSomething()): NewReferrer {
  return { digest, kind, downloadable: true, metadata: { name: kind }, annotations: {} }
}

async function store(run: Run, about: readonly NewReferrer[]): Promise<NewReferrer> {
  const attestation = node('ATTESTATION')
  await inTransaction(world.db, (tx) =>
    insertGraph(
      tx,
      {
        organizationId: run.organization.id,
        projectId: run.project.id,
        projectVersionId: run.version.id,
      },
      { attestation, about },
    ),
  )
  return attestation
}

test('from an attestation to what it is about, and back', async () => {
  const { run } = await world.open()
  const [sbom, binary] = [node('SBOM_CYCLONEDX_JSON'), node('ARTIFACT')]
  const attestation = await store(run, [sbom, binary])

  const down = await discover(world, world.operator, { ...INPUT, digest: attestation.digest })
  const up = await discover(world, world.operator, { ...INPUT, digest: sbom.digest })

  expect(down.root).toMatchObject({ ...attestation, downloadable: false })
  expect(down.root.references.map(({ digest }) => digest).toSorted()).toEqual(
    [sbom.digest, binary.digest].toSorted(),
  )
  expect(up.root.references.map(({ digest }) => digest)).toEqual([attestation.digest])
})

test('an artifact of several attestations leads to all of them, page by page', async () => {
  const { run } = await world.open()
  const shared = node('ARTIFACT')
  const stored = []
  for (let count = 0; count < 5; count += 1) stored.push((await store(run, [shared])).digest)

  const seen: string[] = []
  let cursor = ''
  do {
    const page = await discover(world, world.operator, {
      ...INPUT,
      digest: shared.digest,
      cursor,
      limit: 2,
    })
    seen.push(...page.root.references.map(({ digest }) => digest))
    cursor = page.nextCursor
  } while (cursor !== '')

  expect(seen.toSorted()).toEqual(stored.toSorted())
})

test('a digest of several kinds needs its kind', async () => {
  const { run } = await world.open()
  const digest = digestOfSomething()
  await store(run, [node('ARTIFACT', digest), node('SARIF', digest)])

  await expect(discover(world, world.operator, { ...INPUT, digest })).toFailWith('invalid', /kinds/)
  const { root } = await discover(world, world.operator, { ...INPUT, digest, kind: 'SARIF' })
  expect(root.kind).toBe('SARIF')
})

test('another organization, another project and another version see nothing of it', async () => {
  const { run } = await world.open({ projectVersion: '1.0.0' })
  const api = await world.addWorkflow({ project: 'api', name: 'build' })
  const sbom = node('SBOM_CYCLONEDX_JSON')
  await store(run, [sbom])
  const input = { ...INPUT, digest: sbom.digest }
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')
  const neighbour = actorOf(world.organization, 'viewer', { projectId: api.project.id })

  await expect(discover(world, stranger, input)).toFailWith('not_found')
  await expect(discover(world, neighbour, input)).toFailWith('not_found')
  await expect(discover(world, neighbour, { ...input, projectName: 'web' })).toFailWith('not_found')
  await expect(discover(world, world.operator, { ...input, projectName: 'api' })).toFailWith(
    'not_found',
  )
  await expect(
    discover(world, world.operator, { ...input, projectName: 'web', projectVersion: 'v0' }),
  ).toFailWith('not_found')
  const found = await discover(world, world.operator, {
    ...input,
    projectName: 'web',
    projectVersion: '1.0.0',
  })
  expect(found.root.digest).toBe(sbom.digest)
})

test('a node that two projects share shows each only its own attestation', async () => {
  const api = await world.addWorkflow({ project: 'shared', name: 'build' })
  const { run: web } = await world.open()
  const shared = node('ARTIFACT')
  const ofWeb = await store(web, [shared])
  const version = await world.db
    .selectFrom('project_versions')
    .select('id')
    .where('project_id', '=', api.project.id)
    .executeTakeFirstOrThrow()
  const other = { ...web, project: api.project, version: { ...web.version, id: version.id } }
  await store(other, [shared])
  const viewer = actorOf(world.organization, 'viewer', { projectId: web.project.id })

  const { root } = await discover(world, viewer, { ...INPUT, digest: shared.digest })

  expect(root.references.map(({ digest }) => digest)).toEqual([ofWeb.digest])
})

test('an empty graph and an unknown digest are not found', async () => {
  await expect(
    discover(world, world.operator, { ...INPUT, digest: digestOfSomething() }),
  ).toFailWith('not_found')
})

test('levels below the first are found as deep as asked, each node once', async () => {
  const { run } = await world.open()
  const [library, binary, image] = [node('ARTIFACT'), node('ARTIFACT'), node('CONTAINER_IMAGE')]
  const first = await store(run, [library])
  const second = await store(run, [library, binary])
  const third = await store(run, [binary, image])
  const at = (depth: number, referenceKinds: readonly string[] = []) =>
    discover(world, world.operator, { ...INPUT, digest: first.digest, depth, referenceKinds })
  const digests = (tree: ReferrerTree): string[] =>
    nodesOf(tree)
      .slice(1)
      .map(({ digest }) => digest)

  expect(digests((await at(1)).root)).toEqual([library.digest])
  expect(digests((await at(2)).root)).toEqual([library.digest, second.digest])
  expect(digests((await at(5)).root)).toEqual(
    [library, second, binary, third, image].map(({ digest }) => digest),
  )
  expect(digests((await at(5, ['CONTAINER_IMAGE'])).root)).toContain(image.digest)
  expect(digests((await at(2, ['CONTAINER_IMAGE'])).root)).toEqual([])
})

test('kinds narrow the first level in its pages', async () => {
  const { run } = await world.open()
  const [sbom, binary] = [node('SBOM_CYCLONEDX_JSON'), node('ARTIFACT')]
  const attestation = await store(run, [sbom, binary])

  const { root, nextCursor } = await discover(world, world.operator, {
    ...INPUT,
    digest: attestation.digest,
    referenceKinds: ['ARTIFACT'],
    limit: 1,
  })

  expect(root.references.map(({ digest }) => digest)).toEqual([binary.digest])
  expect(nextCursor).toBe('')
})

test('a node with more references below than are shown says so', async () => {
  const { run } = await world.open()
  const shared = node('ARTIFACT')
  const first = await store(run, [shared])
  for (let count = 0; count < 22; count += 1) await store(run, [shared])

  const { root } = await discover(world, world.operator, {
    ...INPUT,
    digest: first.digest,
    depth: 2,
  })

  expect(root.references[0]).toMatchObject({ digest: shared.digest, hasMore: true })
  expect(root.references[0]?.references.length).toBeLessThanOrEqual(20)
})

test('levels below show a confined caller nothing of other projects', async () => {
  const { run: web } = await world.open()
  const shared = node('ARTIFACT')
  const own = await store(web, [shared])
  const api = await world.addWorkflow({ project: 'hidden', name: 'build' })
  const version = await world.db
    .selectFrom('project_versions')
    .select('id')
    .where('project_id', '=', api.project.id)
    .executeTakeFirstOrThrow()
  await store({ ...web, project: api.project, version: { ...web.version, id: version.id } }, [
    shared,
  ])
  const viewer = actorOf(world.organization, 'viewer', { projectId: web.project.id })

  const { root } = await discover(world, viewer, { ...INPUT, digest: own.digest, depth: 3 })

  expect(nodesOf(root).map(({ digest }) => digest)).toEqual([own.digest, shared.digest])
})
