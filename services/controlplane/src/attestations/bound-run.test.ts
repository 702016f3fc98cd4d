import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { replicateAttestation } from '../jobs/replicate-attestations.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import { attestationMessage } from '../rpc/attestation-message.ts'
import { CONTRACT } from '../runs/testing/run-world.ts'
import { viewRun } from '../runs/view-run.ts'
import { updateWorkflow } from '../workflows/update-workflow.ts'
import { craftBundle } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

const GATED = `${CONTRACT}
  policies:
    attestation:
      - gate: true
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: never }
          spec:
            policies:
              - kind: ATTESTATION
                language: cel
                embedded: "false"
`

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(GATED)
})
afterAll(async () => world[Symbol.asyncDispose]())

const name = 'acme'

test('what Init said about team and strategy holds until Store, whatever is changed meanwhile', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  const ofWorkflow = { name: 'build', projectName: 'web' }
  await updateWorkflow(world, world.operator, { ...ofWorkflow, change: { team: 'platform' } })
  const settings = { blockOnPolicyViolation: true }
  await updateOrganization(world, world.operator, { name, settings })

  await storeBundle(world, opened, bundle)

  const { run } = await viewRun(world, world.operator, {
    wish: { id: opened.run.id },
    verify: false,
  })
  expect(run).toMatchObject({
    state: 'success',
    blockOnPolicyViolation: false,
    workflow: { team: '' },
  })
  const next = await world.open()
  expect(next.run).toMatchObject({ blockOnPolicyViolation: true, workflow: { team: 'platform' } })
  const unsaid = await craftBundle(world, next)
  await expect(storeBundle(world, next, unsaid)).toFailWith('invalid', /BlockingStrategy/)
  await updateOrganization(world, world.operator, {
    name,
    settings: { blockOnPolicyViolation: false },
  })
})

test('a job that claims a bypass is recorded as claiming it, and the gate stays closed', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    state: (state) => ({ ...state, bypassPolicyCheck: true }),
  })
  await storeBundle(world, opened, bundle)

  const { run, attestation } = await viewRun(world, world.operator, {
    wish: { id: opened.run.id },
    verify: false,
  })

  if (!attestation) throw new Error('nothing was stored')
  expect(attestation.statement.predicate.policyBlockBypassEnabled).toBe(true)
  expect(run.policy?.status).toBe('blocked')
  expect(attestation.fields).toContainEqual({
    field: 'predicate.policyBlockBypassEnabled',
    source: 'job',
    verified: false,
  })
  expect(attestationMessage(attestation, run.policy).policyEvaluationStatus).toMatchObject({
    bypassed: false,
    blocked: true,
  })
})

test('the bundle is said to be in the storage backend when it is', async () => {
  const opened = await world.open()
  const digest = await storeBundle(world, opened, await craftBundle(world, opened))
  const shown = async () => {
    const viewed = await viewRun(world, world.operator, { wish: { digest }, verify: false })
    return viewed.attestation && attestationMessage(viewed.attestation, viewed.run.policy)
  }

  expect((await shown())?.digestInCasBackend).toBe('')

  await replicateAttestation(world, {
    organizationId: world.organization.id,
    runId: opened.run.id,
  })
  expect((await shown())?.digestInCasBackend).toBe(digest)
})
