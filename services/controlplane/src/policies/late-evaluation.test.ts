import { setTimeout as pause } from 'node:timers/promises'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle, honestMaterials } from '../attestations/testing/craft.ts'
import { openStoreWorld, storeBundle } from '../attestations/testing/store-world.ts'
import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { evaluatePolicies } from '../jobs/evaluate-policies.ts'
import { discover } from '../referrers/discover.ts'
import * as runs from '../runs/run-repo.ts'
import { CONTRACT, runActorOf } from '../runs/testing/run-world.ts'
import { evaluateStoredRun, giveRunUp } from './evaluate-stored-run.ts'
import { EVALUATION_QUEUE } from './evaluation-queue.ts'
import * as evaluations from './policy-evaluation-repo.ts'
import { policyVerdict } from './policy-verdict.ts'

const TOLD_THE_TIME = `${CONTRACT}
  policies:
    materials:
      - gate: true
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: told-the-time }
          spec:
            policies:
              - kind: SBOM_CYCLONEDX_JSON
                embedded: |
                  package p
                  import rego.v1
                  violations contains sprintf("%d", [time.now_ns()])
`

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(TOLD_THE_TIME)
})
afterAll(async () => world[Symbol.asyncDispose]())

/** A world in which no policy ends before Store has stopped waiting. */
function busy(): StoreWorld {
  const pool: StoreWorld['policies']['pool'] = {
    run: (_job, _grants, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const limits = { ...world.policies.limits, waitMs: 1 }
  return { ...world, policies: { ...world.policies, pool, limits } }
}

async function storeSlowly() {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    materials: await honestMaterials(world, opened),
  })
  const digest = await storeBundle(busy(), opened, bundle)
  const organizationId = world.organization.id
  const runId = opened.run.id
  const look = async () => ({
    run: await runs.find(world.db, { organizationId, id: runId }),
    found: await evaluations.find(world.db, { organizationId, runId }),
    verdict: await policyVerdict(world.db, runActorOf(opened), runId),
    jobs: await world.queue.findJobs(EVALUATION_QUEUE, { data: { runId } }),
  })
  const metadata = async () => {
    const anywhere = { projectName: '', projectVersion: '', cursor: '', limit: 0 }
    const wish = { ...anywhere, digest, kind: 'ATTESTATION' }
    return (await discover(world, world.operator, wish)).root.metadata
  }
  return { opened, bundle, look, metadata, task: { organizationId, runId } }
}

test('a run whose policies are slow is stored, shows that they are being evaluated, and its gate is closed', async () => {
  const { look, metadata } = await storeSlowly()

  const { run, found, verdict, jobs } = await look()
  expect(run).toMatchObject({
    state: 'success',
    policy: { status: 'evaluating', total: 1, passed: 0, skipped: 0, hasGates: true },
  })
  expect(found).toMatchObject({
    finishedAt: undefined,
    evaluations: [{ skipReasons: [expect.stringContaining('still evaluating')] }],
  })
  expect(verdict.blockers).toHaveLength(1)
  expect(jobs).toHaveLength(1)
  expect(await metadata()).not.toHaveProperty('hasPolicyViolations')
})

test('evaluated later, it gets the verdict that it would have got, at the time of Store, and once', async () => {
  const { look, metadata, task } = await storeSlowly()
  const { found: before } = await look()

  await evaluateStoredRun(world, task)
  const after = await look()
  await evaluateStoredRun(world, task)

  expect(after.run?.policy).toMatchObject({ status: 'blocked', violations: 1 })
  const told = `${before?.evaluatedAt.getTime() ?? 0}000000`
  expect(after.found?.evaluations).toMatchObject([{ violations: [{ message: told }] }])
  expect(after.found?.evaluatedAt).toEqual(before?.evaluatedAt)
  expect(after.found?.finishedAt).toBeInstanceOf(Date)
  expect(await metadata()).toMatchObject({ hasPolicyViolations: 'true' })
  expect((await look()).found).toEqual(after.found)
})

test('storing the same bytes again does not evaluate them again', async () => {
  const { opened, bundle, look } = await storeSlowly()

  await storeBundle(world, opened, bundle)

  expect((await look()).run?.policy?.status).toBe('evaluating')
  expect((await look()).jobs).toHaveLength(1)
})

test('a worker that ends in mid-evaluation leaves the run to the next one', async () => {
  const { look, task } = await storeSlowly()
  const { pool } = world.policies
  const cut: typeof pool = { run: async () => Promise.reject(new Error('the process ended')) }

  await expect(
    evaluateStoredRun({ ...world, policies: { ...world.policies, pool: cut } }, task),
  ).rejects.toThrow('the process ended')
  expect((await look()).run?.policy?.status).toBe('evaluating')
  {
    await using _worker = await evaluatePolicies(world)
    while ((await look()).run?.policy?.status === 'evaluating') await pause(20)
  }
  expect((await look()).run?.policy?.status).toBe('blocked')
})

test('a run that can never be evaluated has no verdict in the end, and its gate stays closed', async () => {
  const { look, task } = await storeSlowly()

  await giveRunUp(world, task)

  const { run, verdict } = await look()
  expect(run?.policy).toMatchObject({ status: 'blocked', skipped: 1, passed: 0 })
  expect(verdict.blockers[0]).toContain('was not evaluated: the evaluation was tried')
})
