import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { EvaluationBusy } from '@chainloop/policy/sandbox/evaluation-pool'
import { afterAll, beforeAll, test } from '@jest/globals'

import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { openStoreWorld } from '../attestations/testing/store-world.ts'
import { BANNED, GATED, sbomOf, storeSbom } from '../policies/testing/store-sbom.ts'
import { createDocumentSource, type DocumentSource } from '../policy-documents/document-source.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { simulate, type SimulationInput } from './simulate.ts'
import type { SimulationEvent } from './simulated-run.ts'

const stack = new AsyncDisposableStack()
let world: StoreWorld
let documentSource: DocumentSource
const ids: Record<string, string> = {}
beforeAll(async () => {
  world = stack.use(await openStoreWorld(GATED))
  documentSource = stack.use(createDocumentSource([]))
  for (const component of ['left-pad', 'right-pad', 'fine']) {
    ids[component] = (await storeSbom(world, sbomOf(component))).runId
  }
  await world.open()
})
afterAll(() => stack.disposeAsync())

const STRICTER = BANNED.replace('left-pad,right-pad', 'left-pad,fine')

const input = (document: string, more: Partial<SimulationInput> = {}): SimulationInput => ({
  document: Buffer.from(document),
  files: [],
  contractName: '',
  projectName: '',
  workflowName: '',
  since: new Date(0),
  with: {},
  materialName: '',
  ...more,
})

async function run(
  wanted: SimulationInput,
  actor = world.operator,
  { signal = AbortSignal.any([]), pool = world.policies.pool } = {},
) {
  const limits = { ...world.policies.limits, scriptMs: 300 }
  const policies = { ...world.policies, limits, pool }
  const events: SimulationEvent[] = await Array.fromAsync(
    simulate({ ...world, documentSource, policies }, actor, { input: wanted, signal }),
  )
  const runs = events.flatMap((event) => (event.type === 'run' ? [event.run] : []))
  const summary = events.at(-1)
  return { events, runs, summary: summary?.type === 'summary' ? summary.summary : undefined }
}

test('a changed policy says what it would block, what it would not any more, and why', async () => {
  const { events, runs, summary } = await run(input(STRICTER))

  expect(events[0]).toEqual({ type: 'plan', runs: 3 })
  expect(summary).toEqual({
    runs: 3,
    judged: 3,
    passed: 1,
    violated: 2,
    unjudged: 0,
    blocks: 2,
    newlyBlocks: 1,
    noLongerBlocks: 1,
    unreadable: 0,
  })
  expect(runs.map(({ id, blocks, blocked }) => [id, blocks, blocked])).toEqual([
    [ids['fine'], true, false],
    [ids['right-pad'], false, true],
    [ids['left-pad'], true, true],
  ])
  expect(runs[0]?.evaluations).toMatchObject([
    { policy: 'banned', material: 'other', violations: ['fine is banned'], violationsThen: 0 },
    { material: 'sbom', violationsTotal: 0 },
  ])
})

test('nothing of it is recorded', async () => {
  const before = await world.db.selectFrom('policy_evaluations').selectAll().execute()
  const audited = await world.db.selectFrom('audit_entries').select('id').execute()
  await run(input(STRICTER))

  expect(await world.db.selectFrom('policy_evaluations').selectAll().execute()).toEqual(before)
  expect(await world.db.selectFrom('audit_entries').select('id').execute()).toEqual(audited)
})

test('a contract is tried as a whole, a group with its inputs, and a policy with those that are given', async () => {
  const contract = await run(input(GATED.replace('gate: true', 'gate: false')))
  const group = `apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata: { name: g }
spec:
  inputs: [{ name: names, required: true }]
  policies:
    materials:
      - policies:
          - with: { names: "{{ inputs.names }}" }
            embedded:
${BANNED.replaceAll(/^(?=.)/gm, '              ')}`
  const grouped = await run(input(group, { with: { names: 'fine' } }))
  const alone = await run(input(BANNED, { with: { names: 'nothing-at-all' } }))

  expect(contract.summary).toMatchObject({ violated: 2, blocks: 0, noLongerBlocks: 2 })
  expect(grouped.summary).toMatchObject({ violated: 1, blocks: 1 })
  expect(alone.summary).toMatchObject({ violated: 0, passed: 3 })
  await expect(run(input(group))).toFailWith('invalid', 'names')
})

test('a policy about the attestation, and one without kinds on the material that is named', async () => {
  const rego = (script: string) =>
    `apiVersion: chainloop.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec: { policies: [${script}] }\n`
  const attestation = await run(
    input(rego('{ kind: ATTESTATION, language: cel, embedded: "size(input.subject) > 100" }')),
  )
  const named = await run(
    input(rego('{ language: cel, embedded: "input.components.all(c, c.name != \'fine\')" }'), {
      materialName: 'other',
    }),
  )

  expect(attestation.summary).toMatchObject({ judged: 3, violated: 3, blocks: 3 })
  expect(named.summary).toMatchObject({ judged: 3, violated: 1 })
})

test.each<[string, Partial<SimulationInput>, number]>([
  ['of the contract', { contractName: 'web-build' }, 3],
  ['of the workflow', { projectName: 'web', workflowName: 'build' }, 3],
  ['of the project', { projectName: 'web' }, 3],
  ['since a time', { since: new Date(Date.now() + 60_000) }, 0],
])('the history is that %s', async (_, more, runs) => {
  const { events, summary } = await run(input(STRICTER, more))

  expect(events[0]).toEqual({ type: 'plan', runs })
  expect(summary?.runs).toBe(runs)
})

test('a run whose evidence is gone is counted as such, and takes no other along', async () => {
  const bytes = sbomOf('fine')
  expect(world.stored.delete(sha256(bytes))).toBe(true)
  const { summary } = await run(input(STRICTER))
  world.stored.set(sha256(bytes), bytes)

  expect(summary).toMatchObject({ runs: 3, unreadable: 1, blocks: 1 })
})

test('a bundle that is none any more is no reason to stop', async () => {
  const of = world.db.selectFrom('attestations').where('run_id', '=', ids['fine'] ?? '')
  const { bundle } = await of.select('bundle').executeTakeFirstOrThrow()
  const write = (bytes: Uint8Array) =>
    world.db
      .updateTable('attestations')
      .set({ bundle: bytes })
      .where('run_id', '=', ids['fine'] ?? '')
      .execute()
  await write(Buffer.from('{}'))
  const { summary } = await run(input(STRICTER))
  await write(bundle)

  expect(summary).toMatchObject({ runs: 3, unreadable: 1, judged: 2 })
})

test('a policy that never ends has no verdict, and the simulation goes on', async () => {
  const endless = BANNED.replace(
    'some component',
    'some x in numbers.range(1, 1000000000)\n          x < 0\n          some component',
  )
  const { runs, summary } = await run(input(endless, { projectName: 'web' }))

  expect(summary).toMatchObject({ runs: 3, unjudged: 3, blocks: 3 })
  expect(runs[0]?.evaluations[0]?.skipReasons[0]).toMatch(/^not evaluated/)
})

test('who may not, may not; nobody sees the runs of others', async () => {
  const viewer = actorOf(world.organization, 'viewer')
  const foreigner = actorOf(await insertOrganization(world.db, 'umbrella'), 'operator')

  await expect(run(input(STRICTER), viewer)).toFailWith('forbidden')
  expect((await run(input(STRICTER), foreigner)).summary?.runs).toBe(0)
  const theirs = run(input(STRICTER, { contractName: 'web-build' }), foreigner)
  await expect(theirs).toFailWith('not_found')
  const missing = run(input(STRICTER, { projectName: 'nowhere' }))
  await expect(missing).toFailWith('not_found')
  await expect(run(input('kind: Policy\n'))).toFailWith('invalid')
})

test('whoever hangs up ends it', async () => {
  const aborted = new AbortController()
  aborted.abort(new Error('gone'))

  const { signal } = aborted
  await expect(run(input(STRICTER), world.operator, { signal })).rejects.toThrow('gone')
})

test('whoever hangs up in the middle of a script ends that, too', async () => {
  const aborted = new AbortController()
  const pool: StoreWorld['policies']['pool'] = {
    run: (_job, _grants, ending) =>
      new Promise((_resolve, reject) => {
        ending?.addEventListener('abort', () => reject(new Error('ended')))
        aborted.abort()
      }),
  }
  const ended = run(input(STRICTER), world.operator, { pool, signal: aborted.signal })

  await expect(ended).rejects.toThrow('ended')
})

test('where all processes are busy it waits for one', async () => {
  let refusals = 1
  const pool: StoreWorld['policies']['pool'] = {
    run(...job) {
      refusals -= 1
      return refusals < 0
        ? world.policies.pool.run(...job)
        : Promise.reject(new EvaluationBusy('too many'))
    },
  }

  expect((await run(input(STRICTER), world.operator, { pool })).summary).toMatchObject({
    judged: 3,
  })
})
