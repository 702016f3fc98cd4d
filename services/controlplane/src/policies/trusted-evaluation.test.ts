import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle, fileMaterial, honestMaterials } from '../attestations/testing/craft.ts'
import type { CraftOptions } from '../attestations/testing/craft.ts'
import { openStoreWorld, storeBundle } from '../attestations/testing/store-world.ts'
import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import * as runs from '../runs/run-repo.ts'
import { CONTRACT, runActorOf } from '../runs/testing/run-world.ts'
import * as evaluations from './policy-evaluation-repo.ts'
import { policyVerdict } from './policy-verdict.ts'

const policy = (name: string, kind: string, rego: string): string => `
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: ${name} }
          spec:
            inputs: [{ name: limit }]
            policies:
              - kind: ${kind}
                embedded: |
                  package p
                  import rego.v1
                  ${rego.replaceAll('\n', '\n                  ')}`

const NO_LIBRARY = policy(
  'no-library',
  'SBOM_CYCLONEDX_JSON',
  'violations contains "a library" if count(input.components) > to_number(object.get(input.args, "limit", "0"))',
)

const SIGNED = policy(
  'has-commit',
  'ATTESTATION',
  'violations contains "no commit" if not has_commit\nhas_commit if { some one in input.subject; one.digest.sha1 }',
)

const worlds = new AsyncDisposableStack()
let world: StoreWorld
beforeAll(async () => {
  world = worlds.use(
    await openStoreWorld(
      `${CONTRACT}    - { name: other, type: SBOM_CYCLONEDX_JSON, optional: true }
  policies:
    materials:
      - gate: true
        runtimeInputs: []${NO_LIBRARY}
    attestation:
      - gate: false${SIGNED}
`,
    ),
  )
})
afterAll(async () => worlds.disposeAsync())

const LIBRARY = Buffer.from(
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    components: [{ type: 'library', name: 'left-pad', version: '1.0.0' }],
  }),
)

async function store(of: StoreWorld, sbom: Buffer | undefined, options: CraftOptions = {}) {
  const opened = await of.open()
  const materials = await honestMaterials(of, opened)
  if (sbom) {
    const kind = 'SBOM_CYCLONEDX_JSON'
    materials.push(await fileMaterial(of, opened, { name: 'other', kind, bytes: sbom }))
  }
  await storeBundle(of, opened, await craftBundle(of, opened, { ...options, materials }))
  const organizationId = of.organization.id
  const reference = { organizationId, runId: opened.run.id }
  const found = await evaluations.find(of.db, reference)
  const run = await runs.find(of.db, { organizationId, id: opened.run.id })
  return { found, run, verdict: await policyVerdict(of.db, runActorOf(opened), opened.run.id) }
}

const claim = (name: string, more: Partial<PolicyEvaluation> = {}): PolicyEvaluation => ({
  name,
  materialName: 'other',
  type: 'SBOM_CYCLONEDX_JSON',
  description: '',
  annotations: {},
  sources: [],
  with: {},
  requirements: [],
  violations: [],
  skipped: false,
  skipReasons: [],
  gate: false,
  ...more,
})

test('an honest run passes, each material and the attestation by its own policies', async () => {
  const { found, run, verdict } = await store(world, undefined)

  expect(found?.evaluations.map(({ name, materialName }) => [name, materialName])).toEqual([
    ['no-library', 'sbom'],
    ['has-commit', undefined],
  ])
  expect(run?.policy).toMatchObject({ status: 'passed', total: 2, passed: 2, violations: 0 })
  expect(verdict.blockers).toEqual([])
})

test('a job that says that all is well is overruled by the bytes, and its gate is closed', async () => {
  const { found, run, verdict } = await store(world, LIBRARY, {
    state: (state) => ({ ...state, policyEvaluations: [claim('no-library')] }),
  })

  expect(run?.policy).toMatchObject({ status: 'blocked', violations: 1 })
  expect(verdict.blockers).toEqual([expect.stringContaining('"no-library"')])
  expect(found?.differences).toEqual([
    'no-library on other: the job says that it passed; it has 1 violation',
  ])
})

test('a job that asks to bypass the gate has asked, and changed nothing', async () => {
  const { run } = await store(world, LIBRARY, {
    state: (state) => ({ ...state, bypassPolicyCheck: true }),
  })

  expect(run?.policy?.status).toBe('blocked')
})

test('what a job invents is told, and counts for nothing', async () => {
  const { found, run } = await store(world, undefined, {
    state: (state) => ({ ...state, policyEvaluations: [claim('invented')] }),
  })

  expect(run?.policy).toMatchObject({ status: 'passed', total: 2 })
  expect(found?.differences.join()).toContain('invented on other')
})

test('a job that evaluates nothing lies about nothing', async () => {
  const skipReasons = ['not evaluated: this version evaluates no policies']
  const { found } = await store(world, LIBRARY, {
    state: (state) => ({
      ...state,
      policyEvaluations: [claim('no-library', { skipped: true, skipReasons })],
    }),
  })

  expect(found?.differences).toEqual([])
})

test('inputs are what the contract leaves to runs, and no others', async () => {
  const options: CraftOptions = {
    state: (state) => ({
      ...state,
      policyEvaluations: [claim('no-library', { with: { limit: '5' } })],
    }),
  }
  const closed = await store(world, LIBRARY, options)
  await using open =
    await openStoreWorld(`${CONTRACT}    - { name: other, type: SBOM_CYCLONEDX_JSON, optional: true }
  policies:
    materials:
      - runtimeInputs: [limit]${NO_LIBRARY}
`)
  const given = await store(open, LIBRARY, options)

  expect(closed.run?.policy?.violations).toBe(1)
  expect(given.run?.policy?.violations).toBe(0)
  expect(given.found?.evaluations.find((one) => one.materialName === 'other')).toMatchObject({
    with: { limit: '5' },
    runtimeInputOverrides: ['limit'],
  })
})

test('a material too large for scripts, and a script that fails, have no verdict and close the gate', async () => {
  const big = Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      properties: [{ name: 'x', value: 'y'.repeat(1024 * 1024) }],
    }),
  )
  const { found, run, verdict } = await store(world, big)

  expect(found?.evaluations.find((one) => one.materialName === 'other')).toMatchObject({
    skipped: true,
    skipReasons: [expect.stringMatching(/^not evaluated: .*larger than/)],
  })
  expect(run?.policy?.status).toBe('blocked')
  expect(verdict.blockers).toHaveLength(1)
})

test('an organization that blocks on violations makes every policy a gate', async () => {
  await using strict =
    await openStoreWorld(`${CONTRACT}    - { name: other, type: SBOM_CYCLONEDX_JSON, optional: true }
  policies:
    materials:
      - disabled: false${NO_LIBRARY}
`)
  await updateOrganization(strict, strict.operator, {
    name: strict.organization.name,
    settings: { blockOnPolicyViolation: true },
  })
  const { run, found } = await store(strict, LIBRARY, {
    state: (state) => ({ ...state, blockOnPolicyViolation: true }),
  })

  expect(run?.policy?.status).toBe('blocked')
  expect(found?.evaluations.every(({ gate }) => gate)).toBe(true)
})
