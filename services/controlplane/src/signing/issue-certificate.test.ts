import { X509Certificate } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { cancelRun } from '../runs/cancel-run.ts'
import { openRunWorld, runActorOf } from '../runs/testing/run-world.ts'
import type { RunWorld } from '../runs/testing/run-world.ts'
import { issueCertificate } from './issue-certificate.ts'
import { fingerprintOf } from './job-ca.ts'
import { newCertificateRequest } from './testing/certificate-requests.ts'
import { TEST_INSTANCE, testSigning } from './testing/signings.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const signing = await testSigning()
const request = (): Buffer => Buffer.from(newCertificateRequest().pem)

test('a certificate is issued to the run whose token is presented, and remembered', async () => {
  const opened = await world.open()

  const { chain } = await issueCertificate({ ...world, signing }, runActorOf(opened), request())

  const leaf = new X509Certificate(chain[0] ?? '')
  const issuedTo = `${TEST_INSTANCE}/organizations/acme/projects/web/workflows/build/runs/${opened.run.id}`
  expect(leaf.subjectAltName).toBe(`URI:${issuedTo}`)
  const remembered = await world.db
    .selectFrom('run_certificates')
    .select(['fingerprint', 'serial', 'issued_to'])
    .where('run_id', '=', opened.run.id)
    .execute()
  expect(remembered).toEqual([
    {
      fingerprint: fingerprintOf(leaf.raw),
      serial: leaf.serialNumber.toLowerCase(),
      issued_to: issuedTo,
    },
  ])
  const audited = await world.db
    .selectFrom('audit_entries')
    .select('action')
    .where('target_id', '=', opened.run.id)
    .where('action', '=', 'certificate.issued')
    .execute()
  expect(audited).toHaveLength(1)
})

test('an account, a closed run and a broken request get no certificate', async () => {
  const opened = await world.open()
  const actor = runActorOf(opened)
  const ctx = { ...world, signing }

  await expect(issueCertificate(ctx, world.attester, request())).toFailWith('forbidden')
  await expect(issueCertificate(ctx, actor, Buffer.from('hello'))).toFailWith('invalid', /PEM/)
  await cancelRun(world, actor, { runId: opened.run.id, trigger: 'cancellation', reason: '' })
  await expect(issueCertificate(ctx, actor, request())).toFailWith('conflict')
  const none = await world.db
    .selectFrom('run_certificates')
    .select('id')
    .where('run_id', '=', opened.run.id)
    .execute()
  expect(none).toEqual([])
})

test('a run gets no more than its share of certificates, also when it asks for many at once', async () => {
  const opened = await world.open()
  const ctx = { ...world, signing, config: { ...world.config, certificatesPerRun: 2 } }
  const ask = () => issueCertificate(ctx, runActorOf(opened), request())

  const asked = await Promise.allSettled([ask(), ask(), ask(), ask()])

  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  await expect(ask()).toFailWith('exhausted', /2 certificates/)
  const other = await world.open()
  await issueCertificate(ctx, runActorOf(other), request())
})
