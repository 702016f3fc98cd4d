import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { type CraftOptions, craftBundle } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import { runActor } from '../auth/run-actor.ts'
import type { TrustedJob } from '../auth/trusted-job.ts'
import { forgetIdentityTokens } from '../jobs/forget-identity-tokens.ts'
import { addTrustRule } from '../trust-rules/add-trust-rule.ts'
import type { TrustRule } from '../trust-rules/trust-rule.ts'
import { initKeylessRun } from './init-keyless-run.ts'
import type { OpenedRun } from './init-run.ts'
import { INPUT } from './testing/run-world.ts'
import { viewRun } from './view-run.ts'

const GITHUB = 'https://token.actions.githubusercontent.com'
const RUN_URL = 'https://github.com/acme/web/actions/runs/42'
const COMMIT = 'a'.repeat(40)

let world: StoreWorld
let rule: TrustRule
beforeAll(async () => {
  world = await openStoreWorld()
  rule = await addTrustRule(world, world.operator, {
    name: 'github',
    platform: 'github',
    issuer: GITHUB,
    claims: { repository_owner_id: '4711' },
    projectName: 'web',
    rights: [],
  })
})
afterAll(async () => world[Symbol.asyncDispose]())

/** A job whose token was verified. */
function job(
  tokenId: string = randomUUID(),
  expiresAt = new Date(Date.now() + 60_000),
): TrustedJob {
  return {
    organization: world.organization,
    rules: [rule],
    token: {
      issuer: GITHUB,
      subject: 'repo:acme/web:ref:refs/heads/main',
      tokenId,
      expiresAt,
      claims: {
        repository: 'acme/web',
        repository_owner_id: '4711',
        run_id: '42',
        sha: COMMIT,
        ref: 'refs/heads/main',
        runner_environment: 'github-hosted',
        job_workflow_ref: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
      },
    },
  }
}

const input = { ...INPUT, runnerType: 'GITHUB_ACTION', runUrl: RUN_URL }
const open = (of = job()): Promise<OpenedRun> => initKeylessRun(world, of, input)

/** A client that says of its runner what is true. */
const honest: NonNullable<CraftOptions['state']> = (state) => ({
  ...state,
  runner: {
    ...state.runner,
    type: 'GITHUB_ACTION',
    authenticated: true,
    environment: 'managed',
    workflowFilePath: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
  },
  auth: { type: 'AUTH_TYPE_FEDERATED', id: rule.id },
})

test('what the identity says of the runner is verified, and shown as that', async () => {
  const opened = await open()
  await storeBundle(world, opened, await craftBundle(world, opened, { state: honest }))

  const { run, attestation } = await viewRun(world, world.operator, {
    wish: { id: opened.run.id },
    verify: true,
  })

  expect(run.guarantees).toContain('job-identity')
  expect(run.identity).toEqual({
    platform: 'github',
    issuer: GITHUB,
    subject: 'repo:acme/web:ref:refs/heads/main',
    rule: { id: rule.id, name: 'github' },
    claims: { repository_owner_id: '4711' },
    runnerType: 'GITHUB_ACTION',
    runUrl: RUN_URL,
    repository: 'https://github.com/acme/web',
    ref: 'refs/heads/main',
    commit: COMMIT,
    workflowUri: 'https://github.com/acme/web/.github/workflows/ci.yml@refs/heads/main',
    ownerId: '4711',
    workflowRef: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
    environment: 'github-hosted',
  })
  const fields = ['runnerType', 'runnerURL', 'runnerEnvironment', 'runnerWorkflowFilePath']
  for (const field of [...fields.map((name) => `predicate.${name}`), 'subject[1]']) {
    expect(attestation?.fields).toContainEqual({ field, source: 'job identity', verified: true })
  }
})

test('without an identity the same fields are the job’s word', async () => {
  const opened = await world.open()
  await storeBundle(world, opened, await craftBundle(world, opened))

  const { run, attestation } = await viewRun(world, world.operator, {
    wish: { id: opened.run.id },
    verify: false,
  })

  expect(run.identity).toBeUndefined()
  expect(run.guarantees).not.toContain('job-identity')
  for (const field of ['predicate.runnerType', 'predicate.runnerURL', 'subject[1]']) {
    expect(attestation?.fields).toContainEqual({ field, source: 'job', verified: false })
  }
})

const lies: [string, NonNullable<CraftOptions['state']>, RegExp][] = [
  [
    'another runner',
    (state) => ({ ...honest(state), runner: { ...honest(state).runner, type: 'JENKINS_JOB' } }),
    /runnerType/,
  ],
  [
    'another machine',
    (state) => ({
      ...honest(state),
      runner: { ...honest(state).runner, environment: 'self-hosted' },
    }),
    /runnerEnvironment/,
  ],
  [
    'another workflow definition',
    (state) => ({ ...honest(state), runner: { ...honest(state).runner, workflowFilePath: 'x' } }),
    /runnerWorkflowFilePath/,
  ],
  [
    'another job',
    (state) => ({ ...honest(state), runner: { ...honest(state).runner, url: `${RUN_URL}3` } }),
    /runnerURL/,
  ],
  [
    'another commit',
    (state) => ({
      ...honest(state),
      head: state.head && { ...state.head, hash: 'b'.repeat(40) },
    }),
    /subject\[1\]/,
  ],
  [
    'another account',
    (state) => ({ ...honest(state), auth: state.auth && { ...state.auth, id: randomUUID() } }),
    /auth/,
  ],
]

test.each([
  ['GITHUB_REPOSITORY', 'acme/web', 'acme/other'],
  ['GITHUB_SHA', COMMIT, 'b'.repeat(40)],
  ['GITHUB_REF', 'refs/heads/main', 'refs/tags/v1'],
  ['RUNNER_ENVIRONMENT', 'github-hosted', 'self-hosted'],
])(
  'C10: %s is verified where it is captured, and a lie about it refused',
  async (name, truth, lie) => {
    const [good, bad] = [await open(), await open()]
    const saying = (value: string): NonNullable<CraftOptions['state']> => {
      return (state) => ({ ...honest(state), env: { [name]: value } })
    }
    await storeBundle(world, good, await craftBundle(world, good, { state: saying(truth) }))
    const lying = await craftBundle(world, bad, { state: saying(lie) })

    await expect(storeBundle(world, bad, lying)).toFailWith(
      'invalid',
      new RegExp(`predicate.env.${name}`),
    )
    const { attestation } = await viewRun(world, world.operator, {
      wish: { id: good.run.id },
      verify: false,
    })
    expect(attestation?.fields).toContainEqual({
      field: `predicate.env.${name}`,
      source: 'job identity',
      verified: true,
    })
  },
)

test.each(lies)('a statement that says %s is refused', async (_what, state, field) => {
  const opened = await open()
  const bundle = await craftBundle(world, opened, { state })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', field)
})

test('without an identity a statement must not say that it was verified', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    state: (state) => ({ ...state, runner: { ...state.runner, authenticated: true } }),
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /runnerAuthenticated/)
})

test('a job that says something else than its identity opens no run', async () => {
  const wrong = { ...input, runUrl: 'https://github.com/acme/other/actions/runs/1' }

  await expect(initKeylessRun(world, job(), wrong)).toFailWith('conflict', /job URL/)
})

test('the run token of a verified job comes from its trust rule', async () => {
  const { token } = await open()

  expect((await runActor(world, token.token)).grantedBy).toBe(`trust_rule:${rule.id}`)
})

test('used tokens are forgotten when nobody would accept them any more, and not before', async () => {
  const expiresAt = new Date()
  await open(job('kept', expiresAt))
  await open(job('old', new Date(expiresAt.getTime() - 7_200_000)))

  await forgetIdentityTokens(world, expiresAt)

  await expect(open(job('kept', expiresAt))).toFailWith('unauthenticated')
  const left = await world.db
    .selectFrom('identity_tokens')
    .select('token_id')
    .where('token_id', 'in', ['kept', 'old'])
    .execute()
  expect(left).toEqual([{ token_id: 'kept' }])
})
