import { randomUUID } from 'node:crypto'

import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { type CraftOptions, craftBundle } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  stateOf,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import type { TrustedJob } from '../auth/trusted-job.ts'
import { updateContract } from '../contracts/update-contract.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import { getProvenance } from '../provenance/get-provenance.ts'
import { initKeylessRun } from '../runs/init-keyless-run.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { CONTRACT, INPUT } from '../runs/testing/run-world.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { addTrustRule } from '../trust-rules/add-trust-rule.ts'
import { setBuilder } from '../trust-rules/set-builder.ts'
import type { TrustRule } from '../trust-rules/trust-rule.ts'

/* A job with a valid identity, a valid run token and a valid certificate, whose client lies. */
const GATED = `${CONTRACT}
  policies:
    attestation:
      - gate: true
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: reviewed }
          spec:
            policies:
              - kind: ATTESTATION
                language: cel
                embedded: "'reviewed' in input.predicate.annotations"
`
const GITHUB = 'https://token.actions.githubusercontent.com'
const COMMIT = 'a'.repeat(40)
const WORKFLOW = 'acme/ci/.github/workflows/build.yml'
const WORKFLOW_COMMIT = 'c'.repeat(40)

let world: StoreWorld
let rule: TrustRule
beforeAll(async () => {
  world = await openStoreWorld(GATED)
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

function job(claims: Readonly<Record<string, string>> = {}): TrustedJob {
  const known = {
    repository: 'acme/web',
    repository_owner_id: '4711',
    run_id: '42',
    sha: COMMIT,
    ref: 'refs/heads/main',
    runner_environment: 'github-hosted',
    job_workflow_ref: `${WORKFLOW}@refs/heads/main`,
    job_workflow_sha: WORKFLOW_COMMIT,
  }
  return {
    organization: world.organization,
    rules: [rule],
    token: {
      issuer: GITHUB,
      subject: 'repo:acme/web:ref:refs/heads/main',
      tokenId: randomUUID(),
      expiresAt: new Date(Date.now() + 60_000),
      claims: { ...known, ...claims },
    },
  }
}

const open = (claims?: Readonly<Record<string, string>>): Promise<OpenedRun> =>
  initKeylessRun(world, job(claims), {
    ...INPUT,
    runnerType: 'GITHUB_ACTION',
    runUrl: 'https://github.com/acme/web/actions/runs/42',
  })

type State = NonNullable<CraftOptions['state']>
const honest =
  (environment: 'managed' | 'self-hosted' = 'managed'): State =>
  (state) => ({
    ...state,
    env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_SHA: COMMIT },
    runner: {
      ...state.runner,
      type: 'GITHUB_ACTION',
      authenticated: true,
      environment,
      workflowFilePath: `${WORKFLOW}@refs/heads/main`,
    },
    auth: { type: 'AUTH_TYPE_FEDERATED', id: rule.id },
  })

const forgeries: readonly [string, Omit<CraftOptions, 'state'>, RegExp][] = [
  [
    'C10: the repository',
    { statement: (s) => (s.predicate.env.GITHUB_REPOSITORY = 'acme/other') },
    /predicate\.env\.GITHUB_REPOSITORY/,
  ],
  [
    'C10: the commit',
    { statement: (s) => (s.subject[1].digest.sha1 = 'b'.repeat(40)) },
    /subject\[1\]/,
  ],
  [
    'C10: the commit in the environment',
    { statement: (s) => (s.predicate.env.GITHUB_SHA = 'b'.repeat(40)) },
    /predicate\.env\.GITHUB_SHA/,
  ],
  [
    'C10: the workflow definition',
    {
      statement: (s) =>
        (s.predicate.runnerWorkflowFilePath = 'acme/ci/.github/workflows/trusted.yml'),
    },
    /runnerWorkflowFilePath/,
  ],
  [
    'C14: the runner type',
    { statement: (s) => (s.predicate.runnerType = 'GITLAB_PIPELINE') },
    /runnerType/,
  ],
  [
    'C14: the runner environment',
    { statement: (s) => (s.predicate.runnerEnvironment = 'self-hosted') },
    /runnerEnvironment/,
  ],
  [
    'C11: the project',
    { statement: (s) => (s.predicate.metadata.project = 'api') },
    /metadata\.project/,
  ],
  [
    'C11: the project version',
    { statement: (s) => (s.predicate.metadata.projectVersion = '9.9.9') },
    /projectVersion/,
  ],
  [
    'C20: the contract revision',
    { statement: (s) => (s.predicate.metadata.contractVersion = '7') },
    /contractVersion/,
  ],
  [
    'C11: the digest of a material',
    { statement: (s) => (s.predicate.materials[1].digest.sha256 = 'f'.repeat(64)) },
    /materials\[sbom\]\.digest/,
  ],
  [
    'C1: the digest of an output',
    { statement: (s) => (s.subject.at(-1).digest.sha256 = 'f'.repeat(64)) },
    /subject\[2\]/,
  ],
  [
    'C11: the run',
    { statement: (s) => (s.predicate.metadata.workflowRunID = randomUUID()) },
    /workflowRunID/,
  ],
  ['C11: a material that was left out', { statement: (s) => s.predicate.materials.pop() }, /sbom/],
]

test.each(forgeries)(
  '%s is refused by its name, and the run stays open',
  async (_what, lie, named) => {
    const opened = await open()
    const bundle = await craftBundle(world, opened, { ...lie, state: honest() })

    await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', named)
    expect(await stateOf(world, opened)).toBe('initialized')
  },
)

const deps = () => ({ ...world, ...evidenceSigner(world), log: silentLogger })

async function issued(opened: OpenedRun, options: CraftOptions = {}) {
  const bundle = await craftBundle(world, opened, { state: honest(), ...options })
  await storeBundle(world, opened, bundle)
  await issueProvenances(deps())
  return getProvenance(world, world.operator, { runId: opened.run.id })
}

test('C12: policy results that the job invents change nothing: the artifact is not admitted', async () => {
  const opened = await open()
  const { subjects } = await issued(opened, {
    statement: ({ predicate }) =>
      Object.assign(predicate, {
        policyEvaluationsCount: 1,
        policyPassedCount: 1,
        policyHasViolations: false,
        policyAttBlocked: false,
        policyEvaluations: {
          'CHAINLOOP.ATTESTATION': [{ name: 'reviewed', type: 'ATTESTATION', gate: true }],
        },
      }),
  })
  const wanted = { digest: subjects[0]?.digest ?? '', runId: opened.run.id }

  const summary = await createSummary(deps(), world.operator, wanted)

  expect(summary).toMatchObject({ result: 'FAILED', verifiedLevels: ['FAILED'] })
  expect(summary.reasons.join()).toMatch(/reviewed/)
})

test('C12, C20: a job chooses no older revision of its contract, which it would meet', async () => {
  const text = CONTRACT.replace('web-build', 'web-stale')
  await world.addWorkflow({ project: 'web', name: 'stale', contract: text })
  await updateContract(world, world.operator, {
    name: 'web-stale',
    rawContract: Buffer.from(`${text}    - name: more\n      type: STRING\n`),
    description: undefined,
  })

  await expect(world.open({ workflowName: 'stale', contractRevision: 1 })).toFailWith(
    'forbidden',
    /not the latest/,
  )
})

test.each<[string, Record<string, string>, State, number]>([
  ['C14: a self-hosted runner', { runner_environment: 'self-hosted' }, honest('self-hosted'), 1],
  ['C15: a hosted runner that the operator has not named', {}, honest(), 2],
])('%s earns no more than its level', async (_what, claims, state, level) => {
  const { issued: provenance } = await issued(await open(claims), { state })

  expect(provenance?.level).toBe(level)
})

test('C5, C15: level 3 is for the exact builder that the operator has named, at its commit', async () => {
  const builder = { issuer: GITHUB, signerName: '', maxLevel: 3 }
  await setBuilder(world, world.operator, { ...builder, builder: `${WORKFLOW}@${WORKFLOW_COMMIT}` })

  const exact = await issued(await open())
  const moved = await issued(await open({ job_workflow_sha: 'd'.repeat(40) }))

  expect(exact.issued).toMatchObject({
    level: 3,
    builderId: expect.stringMatching(/github\/hosted$/),
  })
  expect(moved.issued?.level).toBe(2)
  await expect(
    setBuilder(world, world.operator, { ...builder, builder: `${WORKFLOW}@refs/heads/main` }),
  ).toFailWith('invalid', /at a commit/)
})

test('C9: what only the job says is marked as claimed in what the control plane signs', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  await storeBundle(world, opened, bundle)
  await issueProvenances(deps())
  const found = await getProvenance(world, world.operator, { runId: opened.run.id })
  const { dsseEnvelope } = JSON.parse(Buffer.from(found.issued?.bundle ?? []).toString())
  const { buildDefinition } = JSON.parse(
    Buffer.from(dsseEnvelope.payload, 'base64').toString(),
  ).predicate

  expect(found.issued?.level).toBe(1)
  expect(buildDefinition.externalParameters.source).toBeUndefined()
  expect(buildDefinition.internalParameters.claimed).toMatchObject({ runUrl: INPUT.runUrl })
  expect(buildDefinition.resolvedDependencies[0].annotations).toEqual({
    'chainloop.dev/evidence': 'claimed',
  })
})
