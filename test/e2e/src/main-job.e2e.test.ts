import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* The main job, told once; each test looks at one thing that has to be true at its end. */
const stack = new AsyncDisposableStack()
const received: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: unknown }[] = []
let world: World
let folder: string
let declared: DeclaredWorkflow
let attested: Attested

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  const receiver = stack.use(
    createServer((request, response) => {
      void json(request).then((body) => {
        received.push({ headers: request.headers, body })
        response.writeHead(204).end()
      })
    }).listen(0, '127.0.0.1'),
  )
  stack.defer(() => receiver.closeAllConnections())
  await once(receiver, 'listening')
  const address = receiver.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const host = `127.0.0.1:${port}`
  world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: host } }))
  declared = await declareWorkflow(world)

  const { operator } = world
  const where = ['--workflow', declared.workflow, '--project', declared.project]
  const registration = ['--name', 'hook', '--opt', `url=http://${host}/`]
  await operator.chainloop([
    'integration',
    'registered',
    'add',
    '--plugin',
    'webhook',
    ...registration,
  ])
  await operator.chainloop(['integration', 'attached', 'add', ...where, '--integration', 'hook'])
  attested = await attest(declared, folder)
})

afterAll(() => stack.disposeAsync())

test('the attestation digest is the hash of the exact bundle bytes', async () => {
  const { result } = await world.operator.client.runs.view({
    ref: { case: 'digest', value: attested.digest },
  })

  expect(result?.workflowRun?.attestationDigest).toBe(attested.digest)
  expect(digestOf(Buffer.from(result?.attestation?.bundle ?? []))).toBe(attested.digest)
})

test("the run is in the operator's list as successful", async () => {
  const listed: unknown = JSON.parse(
    await world.operator.chainloop([
      'workflow',
      'run',
      'list',
      '--project',
      declared.project,
      '--output',
      'json',
    ]),
  )

  expect(JSON.stringify(listed)).toContain('succeeded')
})

test('the bundle verifies offline with the exported trust root', async () => {
  const root = join(folder, 'root.json')
  await writeFile(
    root,
    await world.operator.chainloop(['signing', 'trusted-root', '--for', 'attestations']),
  )
  const files = ['--bundle', attested.bundle, '--trusted-root', root]

  const verified = await world.operator.run(['attestation', 'verify', ...files], {
    env: { CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:9' },
  })

  expect(verified).toMatchObject({ code: 0 })
})

test('an artifact comes back by its digest', async () => {
  const { binary = '' } = attested.materials
  const original = await readFile(binary)
  const copy = join(folder, 'copy')

  await world.operator.chainloop([
    'artifact',
    'download',
    '--digest',
    digestOf(original),
    '--file',
    copy,
  ])

  expect((await readFile(copy)).equals(original)).toBe(true)
})

test('the webhook received the attestation once, and the delivery is on record', async () => {
  const delivery = await eventually(async () => {
    const { deliveries } = await world.operator.client.deliveries.list({})
    return deliveries.find(
      (each) => each.attestationDigest === attested.digest && each.finishedAt !== undefined,
    )
  }, 'the delivery is finished')

  expect(delivery.attempts).toHaveLength(1)
  expect(delivery.attempts[0]).toMatchObject({ outcome: 'delivered', responseCode: 204 })
  expect(
    received.filter(({ body }) => JSON.stringify(body).includes(attested.digest)),
  ).toHaveLength(1)
})

test('the material is found from its digest, and what it belongs to', async () => {
  const { binary = '' } = attested.materials
  const digest = digestOf(await readFile(binary))

  const { result } = await world.operator.client.referrers.discoverPrivate({ digest })

  expect(result?.references.map((reference) => reference.digest)).toContain(attested.digest)
})
