import { randomBytes } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { tokenVerifier } from '@chainloop/kit/tokens'
import { afterAll, beforeAll, test } from '@jest/globals'
import { decodeJwt } from 'jose'

import { AUDIENCE, createTokens } from '../auth/tokens.ts'
import {
  downloadCredentials,
  runUploadCredentials,
  uploadCredentials,
} from '../cas-credentials/transfer-credentials.ts'
import { cancelRun } from '../runs/cancel-run.ts'
import { ISSUER, openRunWorld, runActorOf } from '../runs/testing/run-world.ts'
import type { RunWorld } from '../runs/testing/run-world.ts'
import { actorOf, insertOrganization, testTokenKeys } from '../testing/world.ts'
import { reportReceipt } from './report-receipt.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const digestOfSomething = (): string => `sha256:${randomBytes(32).toString('hex')}`
const deps = () => ({
  db: world.db,
  receiptVerifier: tokenVerifier({
    keys: { jwks: world.tokenKeys.jwks },
    issuer: ISSUER,
    audience: AUDIENCE.transfer,
  }),
})

async function report(transferToken: string, digest: string, size = 5): Promise<void> {
  await reportReceipt(deps(), {
    transferToken,
    digest,
    size,
    fileName: 'a.txt',
    deduplicated: false,
  })
}

test('credentials of a run are good for that run, digest and size', async () => {
  const opened = await world.open()
  const digest = digestOfSomething()

  const { token } = await runUploadCredentials(world, runActorOf(opened), {
    runId: opened.run.id,
    digest,
    size: 5,
  })

  expect(decodeJwt(token)).toMatchObject({
    aud: AUDIENCE.transfer,
    role: 'uploader',
    provider: 'FILESYSTEM',
    location: world.organization.id,
    org_id: world.organization.id,
    project_id: opened.run.project.id,
    run_id: opened.run.id,
    digest,
    size: 5,
    possessed: false,
  })
})

test('what a project has uploaded it possesses, and no other project does', async () => {
  const opened = await world.open()
  const digest = digestOfSomething()
  const wish = { runId: opened.run.id, digest, size: 5 }
  const { token } = await runUploadCredentials(world, runActorOf(opened), wish)
  await report(token, digest)
  await world.addWorkflow({ project: 'api', name: 'release' })

  const again = await runUploadCredentials(world, runActorOf(opened), wish)
  const elsewhere = await uploadCredentials(world, world.operator, {
    projectName: 'api',
    digest,
    size: 5,
  })

  expect(decodeJwt(again.token)['possessed']).toBe(true)
  expect(decodeJwt(elsewhere.token)['possessed']).toBe(false)
})

test('a report that is repeated changes nothing', async () => {
  const opened = await world.open()
  const digest = digestOfSomething()
  const { token } = await runUploadCredentials(world, runActorOf(opened), { runId: opened.run.id })

  await report(token, digest)
  await report(token, digest)

  const receipts = await world.db
    .selectFrom('upload_receipts')
    .select(['digest_bound', 'run_id', 'size'])
    .where('digest', '=', digest)
    .execute()
  expect(receipts).toEqual([{ digest_bound: false, run_id: opened.run.id, size: 5 }])
})

test('an upload of a run gives no right to read until its attestation is stored', async () => {
  const opened = await world.open()
  const digest = digestOfSomething()
  const { token } = await runUploadCredentials(world, runActorOf(opened), { runId: opened.run.id })

  await report(token, digest)

  await expect(downloadCredentials(world, world.operator, digest)).toFailWith('not_found')
})

test('what is uploaded outside of a run can be downloaded by who may read its project', async () => {
  const digest = digestOfSomething()
  const { token } = await uploadCredentials(world, world.operator, { projectName: 'web', digest })

  await report(token, digest)

  const viewer = actorOf(world.organization, 'viewer')
  const { token: download } = await downloadCredentials(world, viewer, digest)
  expect(decodeJwt(download)).toMatchObject({ role: 'downloader', digest, size: 5 })
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')
  await expect(downloadCredentials(world, stranger, digest)).toFailWith('not_found')
  await expect(downloadCredentials(world, world.attester, digest)).toFailWith('forbidden')
})

test.each<[string, Parameters<typeof report>[1] | undefined, number]>([
  ['another digest', digestOfSomething(), 5],
  ['another size', undefined, 6],
  ['a digest that is none', 'hello', 5],
  ['no digest', '', 5],
])(
  'a report of something else than the token was for is refused: %s',
  async (_what, other, size) => {
    const opened = await world.open()
    const digest = digestOfSomething()
    const { token } = await runUploadCredentials(world, runActorOf(opened), {
      runId: opened.run.id,
      digest,
      size: 5,
    })

    await expect(report(token, other ?? digest, size)).toFailWith('invalid')
  },
)

test('a download token reports nothing', async () => {
  const digest = digestOfSomething()
  const { token } = await uploadCredentials(world, world.operator, { projectName: 'web', digest })
  await report(token, digest)
  const { token: download } = await downloadCredentials(world, world.operator, digest)

  await expect(report(download, digest)).toFailWith('invalid')
})

test('a token that another instance signed reports nothing', async () => {
  const foreign = createTokens(await testTokenKeys(), ISSUER)
  const { token } = await uploadCredentials({ db: world.db, tokens: foreign }, world.operator, {
    projectName: 'web',
  })

  await expect(report(token, digestOfSomething())).toFailWith('unauthenticated')
})

test('an upload that is larger than the backend takes gets no token', async () => {
  const opened = await world.open()
  await world.db
    .updateTable('cas_backends')
    .set({ max_blob_bytes: 10 })
    .where('name', '=', 'filesystem')
    .where('organization_id', '=', world.organization.id)
    .execute()

  await expect(
    runUploadCredentials(world, runActorOf(opened), { runId: opened.run.id, size: 11 }),
  ).toFailWith('exhausted')
})

test('a closed run and another run’s token get no credentials', async () => {
  const [one, other] = [await world.open(), await world.open()]
  await cancelRun(world, runActorOf(one), {
    runId: one.run.id,
    trigger: 'cancellation',
    reason: '',
  })

  await expect(runUploadCredentials(world, world.attester, { runId: one.run.id })).toFailWith(
    'conflict',
  )
  await expect(runUploadCredentials(world, runActorOf(one), { runId: other.run.id })).toFailWith(
    'not_found',
  )
})

test('who may not upload outside of a run does not learn which projects there are', async () => {
  await world.addWorkflow({ project: 'api', name: 'build' })
  const granted = actorOf(world.organization, 'attester', {
    projectId: world.workflow.project.id,
    rights: ['artifact:write'],
  })
  const run = runActorOf(await world.open())

  for (const projectName of ['api', 'nowhere', '']) {
    await expect(uploadCredentials(world, run, { projectName })).toFailWith('forbidden')
    await expect(uploadCredentials(world, world.attester, { projectName })).toFailWith('forbidden')
  }
  await expect(uploadCredentials(world, granted, { projectName: 'api' })).toFailWith('not_found')
  await expect(uploadCredentials(world, granted, { projectName: 'nowhere' })).toFailWith(
    'not_found',
  )
})
