import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { runActor } from '../auth/run-actor.ts'
import { updateContract } from '../contracts/update-contract.ts'
import { expireRuns } from '../jobs/expire-runs.ts'
import * as versions from '../projects/project-version-repo.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { cancelRun } from './cancel-run.ts'
import { listRuns } from './list-runs.ts'
import type { ListRunsInput } from './list-runs.ts'
import { getOpenRun } from './open-run.ts'
import { joinRun, renewRunToken } from './run-tokens.ts'
import { CONTRACT, INPUT, openRunWorld, runActorOf } from './testing/run-world.ts'
import type { RunWorld } from './testing/run-world.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const LIST: ListRunsInput = {
  workflowName: '',
  projectName: '',
  projectVersion: '',
  state: undefined,
  policyStatus: undefined,
  hasGates: undefined,
  cursor: '',
  limit: 0,
}

test('an opened run is bound to contract revision, version and backend, and comes with a token for itself', async () => {
  const { run, token } = await world.open()

  expect(run.state).toBe('initialized')
  expect(run.contract.revision).toBe(1)
  expect(run.version.version).toBe('v0')
  const actor = await runActor(world, token.token)
  expect(actor.runId).toBe(run.id)
  expect(actor.projectId).toBe(run.project.id)
  expect(actor.rights.has('run:attest')).toBe(false)
  expect(actor.rights.has('artifact:read')).toBe(false)
})

test('a run counts for its workflow and its version', async () => {
  await using fresh = await openRunWorld()
  await fresh.open()
  const { run } = await fresh.open()

  expect(run.workflow.runsCount).toBe(2)
  const version = await versions.find(fresh.db, {
    organizationId: fresh.organization.id,
    projectId: run.project.id,
    version: 'v0',
  })
  expect(version?.runCount).toBe(2)
})

test('a new version becomes the latest one unless it is told not to', async () => {
  const first = await world.open({ projectVersion: '1.0.0' })
  const second = await world.open({ projectVersion: '1.1.0', markAsLatest: false })
  const third = await world.open({ useLatestVersion: true })

  expect(first.run.version.latest).toBe(true)
  expect(second.run.version.latest).toBe(false)
  expect(third.run.version.version).toBe('1.0.0')
})

test('a version that must exist already is not made', async () => {
  await expect(() =>
    world.open({ projectVersion: '9.9.9', requireExistingVersion: true }),
  ).toFailWith('invalid')
})

test('a job may not choose an old revision of its contract', async () => {
  await using fresh = await openRunWorld()
  await updateContract(fresh, fresh.operator, {
    name: 'web-build',
    rawContract: Buffer.from(`${CONTRACT}    - name: more\n      type: STRING\n`),
    description: undefined,
  })

  expect((await fresh.open({ contractRevision: 2 })).run.contract.revision).toBe(2)
  await expect(() => fresh.open({ contractRevision: 1 })).toFailWith('forbidden')
  await expect(() => fresh.open({ contractRevision: 3 })).toFailWith('not_found')

  await fresh.db.updateTable('organizations').set({ allow_old_contract_revisions: true }).execute()
  expect((await fresh.open({ contractRevision: 1 })).run.contract.revision).toBe(1)

  await fresh.db.updateTable('workflows').set({ allow_old_contract_revisions: false }).execute()
  await expect(() => fresh.open({ contractRevision: 1 })).toFailWith('forbidden')
})

test('a contract that names a runner refuses others', async () => {
  await using fresh = await openRunWorld(`${CONTRACT}  runner:\n    type: GITHUB_ACTION\n`)

  await expect(() => fresh.open({ runnerType: 'GITLAB_PIPELINE' })).toFailWith('conflict')
  expect((await fresh.open({ runnerType: 'GITHUB_ACTION' })).run.runnerType).toBe('GITHUB_ACTION')
})

test('a workflow of another project or organization is not there', async () => {
  await world.addWorkflow({ project: 'api', name: 'build' })
  const stranger = actorOf(await insertOrganization(world.db, 'other'), 'operator')
  const { run } = await world.open()

  await expect(() => world.open({ projectName: 'api' })).toFailWith('not_found')
  await expect(() =>
    getOpenRun(world.db, stranger, { runId: run.id, right: 'run:continue' }),
  ).toFailWith('not_found')
})

test('the token of one run is no good for another', async () => {
  const [one, other] = [await world.open(), await world.open()]

  await expect(() =>
    getOpenRun(world.db, runActorOf(one), { runId: other.run.id, right: 'run:continue' }),
  ).toFailWith('not_found')
})

test('a run token is renewed by itself and handed to a further job by the account', async () => {
  const opened = await world.open()

  const renewed = await renewRunToken(world, runActorOf(opened))
  const joined = await joinRun(world, world.attester, opened.run.id)

  expect((await runActor(world, renewed.token)).runId).toBe(opened.run.id)
  expect((await runActor(world, joined.token)).runId).toBe(opened.run.id)
  await expect(() => renewRunToken(world, world.attester)).toFailWith('forbidden')
  await expect(() => joinRun(world, runActorOf(opened), opened.run.id)).toFailWith('not_found')
})

test('a cancelled run is closed for good, and its token with it', async () => {
  const opened = await world.open()
  const wanted = { runId: opened.run.id, trigger: 'failure', reason: 'tests failed' } as const

  await cancelRun(world, runActorOf(opened), wanted)

  const { runs } = await listRuns(world, world.operator, { ...LIST, state: 'error' })
  expect(runs.map(({ id, reason }) => [id, reason])).toContainEqual([opened.run.id, 'tests failed'])
  await expect(() => cancelRun(world, world.attester, wanted)).toFailWith('conflict')
  await expect(() => joinRun(world, world.attester, opened.run.id)).toFailWith('conflict')
  await expect(() => runActor(world, opened.token.token)).toFailWith('unauthenticated')
})

test('a run without activity expires, a run that is worked on does not', async () => {
  await using fresh = await openRunWorld()
  const [idle, busy] = [await fresh.open(), await fresh.open()]
  const hour = 3_600_000
  const config = { runExpiry: 24 * hour }
  await fresh.db
    .updateTable('runs')
    .set({ last_activity_at: new Date(Date.now() - 25 * hour) })
    .execute()
  await renewRunToken(fresh, runActorOf(busy))

  expect(await expireRuns({ db: fresh.db, config })).toBe(1)

  const states = await fresh.db.selectFrom('runs').select(['id', 'state']).execute()
  expect(states).toContainEqual({ id: idle.run.id, state: 'expired' })
  expect(states).toContainEqual({ id: busy.run.id, state: 'initialized' })
  expect(await expireRuns({ db: fresh.db, config })).toBe(0)
})

test('the list shows the newest first and goes on where it stopped', async () => {
  await using fresh = await openRunWorld()
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.unshift((await fresh.open()).run.id)

  const first = await listRuns(fresh, fresh.operator, { ...LIST, limit: 2 })
  const second = await listRuns(fresh, fresh.operator, {
    ...LIST,
    limit: 2,
    cursor: first.nextCursor,
  })
  const third = await listRuns(fresh, fresh.operator, {
    ...LIST,
    limit: 2,
    cursor: second.nextCursor,
  })

  const seen = [first, second, third].flatMap(({ runs }) => runs.map(({ id }) => id))
  expect(seen.toSorted()).toEqual(ids.toSorted())
  expect(third.nextCursor).toBe('')
})

test('the list can be narrowed to a project, a workflow, a version and a state', async () => {
  await using fresh = await openRunWorld()
  const { run } = await fresh.open({ projectVersion: '2.0.0' })
  await fresh.open()
  const list = async (filter: Partial<ListRunsInput>) =>
    (await listRuns(fresh, fresh.operator, { ...LIST, ...filter })).runs.length

  expect(await list({ projectName: 'web', workflowName: 'build', projectVersion: '2.0.0' })).toBe(1)
  expect(await list({ projectName: 'nowhere' })).toBe(0)
  expect(await list({ state: 'success' })).toBe(0)
  await expect(() => list({ workflowName: 'build' })).toFailWith('invalid')
  const elsewhere = actorOf(fresh.organization, 'viewer', { projectId: randomUUID() })
  expect((await listRuns(fresh, elsewhere, LIST)).runs).toEqual([])
  expect(run.version.version).toBe('2.0.0')
})

test.each(['x', INPUT.runUrl, '%00'])('a cursor of no list is refused: %j', async (cursor) => {
  await expect(() => listRuns(world, world.operator, { ...LIST, cursor })).toFailWith('invalid')
})

test('the token of a run that has succeeded repeats Store and is told that the run is closed', async () => {
  const opened = await world.open()
  await world.db
    .updateTable('runs')
    .set({ state: 'success' })
    .where('id', '=', opened.run.id)
    .execute()

  const actor = await runActor(world, opened.token.token)

  expect(actor.rights.has('run:store')).toBe(true)
  await expect(renewRunToken(world, actor)).toFailWith('conflict')
})
