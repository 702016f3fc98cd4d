import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import { getProvenance } from '../provenance/get-provenance.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { viewRun } from '../runs/view-run.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'

/* Somebody who writes to the database as they like; and tenants that look alike. */
let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const deps = () => ({ ...world, ...evidenceSigner(world), log: silentLogger })

async function stored(): Promise<OpenedRun> {
  const opened = await world.open()
  await storeBundle(world, opened, await craftBundle(world, opened))
  return opened
}

const provenanceOf = ({ run }: OpenedRun) => getProvenance(world, world.operator, { runId: run.id })

async function summaryOf(opened: OpenedRun) {
  const { subjects } = await provenanceOf(opened)
  const wanted = { digest: subjects[0]?.digest ?? '', runId: opened.run.id }
  return createSummary(deps(), world.operator, wanted)
}

const rowOf = (table: 'attestations' | 'provenances', { run }: OpenedRun) =>
  world.db
    .selectFrom(table)
    .select(['bundle', 'digest'])
    .where('organization_id', '=', run.organization.id)
    .where('run_id', '=', run.id)
    .executeTakeFirstOrThrow()

async function edit(
  table: 'attestations' | 'provenances',
  { run }: OpenedRun,
  row: { bundle: Uint8Array; digest: string },
): Promise<void> {
  await world.db
    .updateTable(table)
    .set(row)
    .where('organization_id', '=', run.organization.id)
    .where('run_id', '=', run.id)
    .execute()
}

const bytesOf = (value: Uint8Array | null): Uint8Array => value ?? new Uint8Array()

test('C11: no provenance is signed over an attestation that was edited', async () => {
  const opened = await stored()
  const { bundle, digest } = await rowOf('attestations', opened)
  const changed = Buffer.from(bytesOf(bundle))
  changed[changed.length - 10] = (changed[changed.length - 10] ?? 0) ^ 1
  await edit('attestations', opened, { bundle: changed, digest: digest ?? '' })

  await issueProvenances(deps())

  const { issued, lastError } = await provenanceOf(opened)
  expect(issued).toBeUndefined()
  expect(lastError).toMatch(/does not verify any more/)
})

test('C11: an attestation that was replaced by another run’s is found out, before and after', async () => {
  const [victim, other] = [await stored(), await stored()]
  await issueProvenances(deps())
  const { bundle } = await rowOf('attestations', other)
  await edit('attestations', victim, {
    bundle: bytesOf(bundle),
    digest: `sha256:${'e'.repeat(64)}`,
  })

  const summary = await summaryOf(victim)
  const { verification } = await viewRun(world, world.operator, {
    wish: { id: victim.run.id },
    verify: true,
  })

  expect(summary).toMatchObject({ result: 'FAILED' })
  expect(verification).toMatchObject({ verified: false })
})

test('C4, C21: provenance that was replaced, and its digest with it, earns no summary that passes', async () => {
  const [victim, other] = [await stored(), await stored()]
  await issueProvenances(deps())
  const { bundle, digest } = await rowOf('provenances', other)

  await edit('provenances', victim, { bundle: bytesOf(bundle), digest: digest ?? '' })

  const summary = await summaryOf(victim)
  expect(summary.result).toBe('FAILED')
  expect(summary.reasons.join()).toMatch(/provenance is that of another run/)
})

test('C4: provenance whose bytes were edited earns none either', async () => {
  const opened = await stored()
  await issueProvenances(deps())
  const { bundle, digest } = await rowOf('provenances', opened)
  const edited = Buffer.from(Buffer.from(bytesOf(bundle)).toString().replace('0.3', '0.2'))

  await edit('provenances', opened, { bundle: edited, digest: digest ?? '' })

  expect((await summaryOf(opened)).result).toBe('FAILED')
})

test('C20: a contract revision that was rewritten lets nothing be signed about it', async () => {
  const opened = await stored()
  await world.db
    .updateTable('contract_revisions')
    .set({ raw_body: Buffer.from('spec: {}') })
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', opened.run.contract.revisionId)
    .execute()

  await issueProvenances(deps())

  expect(await provenanceOf(opened)).toMatchObject({
    issued: undefined,
    lastError: expect.stringMatching(/is not what it was/),
  })
  await world.db
    .updateTable('contract_revisions')
    .set({ raw_body: Buffer.from(opened.contractRevision.rawBody) })
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', opened.run.contract.revisionId)
    .execute()
})

test('C16, C19: a tenant with the same workflow names gets nothing by another’s bundle or digest', async () => {
  await using twin = await openStoreWorld()
  const [mine, theirs] = [await stored(), await twin.open()]
  await issueProvenances(deps())
  const { bundle } = await rowOf('attestations', mine)
  const { subjects } = await provenanceOf(mine)
  const stranger = actorOf(await insertOrganization(world.db, 'twin'), 'operator')

  expect(theirs.run.workflow.name).toBe(mine.run.workflow.name)
  await expect(storeBundle(twin, theirs, Buffer.from(bytesOf(bundle)))).toFailWith(
    'invalid',
    /certificate of this run/,
  )
  await expect(
    createSummary(deps(), stranger, { digest: subjects[0]?.digest ?? '', runId: mine.run.id }),
  ).toFailWith('not_found')
})

test('C14, C16: a stolen token of a service account earns level 1 and no run of a verified job', async () => {
  const opened = await stored()
  await issueProvenances(deps())

  const { issued } = await provenanceOf(opened)

  expect(issued).toMatchObject({ level: 1, levelReason: 'no identity of the job was verified' })
  await expect(world.open({ projectName: 'api' })).toFailWith('not_found')
})
