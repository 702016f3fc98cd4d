import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { BlobCondition, MaintenanceService } from '@chainloop/proto/internal/v1/maintenance_service'
import { Code, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type Digest, hexOf, sha256 } from '../digest.ts'
import { ORGANIZATION } from '../testing/fake-control-plane.ts'
import { bearer, startWorld, upload, type World } from '../testing/world.ts'

const SECOND = `${ORGANIZATION}/second`
const stack = new AsyncDisposableStack()
let world: World
let client: ReturnType<typeof open>

const open = () =>
  createClient(MaintenanceService, createGrpcTransport({ baseUrl: world.cas.addresses.api }))

beforeAll(async () => {
  world = stack.use(await startWorld())
  client = open()
})
afterAll(() => stack.disposeAsync())

const maintainer = (location = ORGANIZATION) =>
  world.controlPlane.token({ role: 'maintainer', location })
const as = async (location?: string) => bearer(await maintainer(location))

async function stored(content = randomBytes(100_000)): Promise<Digest> {
  await upload(world, content)
  return sha256(content)
}

function pathOf(digest: Digest, location: string = ORGANIZATION): string {
  const hex = hexOf(digest)
  return join(world.folder, location, hex.slice(0, 2), hex.slice(2, 4), hex)
}

test('storage that works is told so, and nothing is left of the trial', async () => {
  await client.probe({}, await as(`${ORGANIZATION}/probed`))

  expect(await listed(`${ORGANIZATION}/probed`)).toEqual([])
})

test('a location that is none is refused in words', async () => {
  await expect(client.probe({}, await as('../elsewhere'))).rejects.toMatchObject({
    code: Code.InvalidArgument,
    rawMessage: expect.stringContaining('location') as unknown,
  })
})

test('a blob is copied whole, once and again', async () => {
  const digest = await stored()
  const request = { digest, sourceToken: await maintainer() }

  expect(await client.copy(request, await as(SECOND))).toMatchObject({
    size: 100_000n,
    existed: false,
  })
  expect(await client.copy(request, await as(SECOND))).toMatchObject({
    size: 100_000n,
    existed: true,
  })
  expect(await listed(SECOND)).toContain(digest)
})

test('a blob that is damaged where it is goes nowhere; one that is damaged where it goes is replaced', async () => {
  const good = await stored()
  const bad = await stored()
  const request = { digest: good, sourceToken: await maintainer() }
  await client.copy(request, await as(SECOND))
  await writeFile(pathOf(good, SECOND), randomBytes(100_000))
  await writeFile(pathOf(bad), randomBytes(100_000))

  await client.copy(request, await as(SECOND))
  expect(await conditionOf(good, SECOND)).toBe(BlobCondition.SOUND)
  await expect(client.copy({ ...request, digest: bad }, await as(SECOND))).rejects.toMatchObject({
    code: Code.DataLoss,
  })
  expect(await listed(SECOND)).not.toContain(bad)
})

test('a blob is found sound, rotten, cut or missing', async () => {
  const [sound, rotten, cut, missing] = [
    await stored(),
    await stored(),
    await stored(),
    sha256(randomBytes(9)),
  ]
  await writeFile(pathOf(rotten), randomBytes(100_000))
  await writeFile(pathOf(cut), randomBytes(10))

  expect(
    await Promise.all([sound, rotten, cut, missing].map((digest) => conditionOf(digest))),
  ).toEqual([
    BlobCondition.SOUND,
    BlobCondition.ROTTEN,
    BlobCondition.ROTTEN,
    BlobCondition.MISSING,
  ])
})

test('it reads no faster than it is asked to', async () => {
  const digest = await stored()
  const started = performance.now()
  await client.verify({ digest, bytesPerSecond: 500_000n }, await as())

  expect(performance.now() - started).toBeGreaterThan(150)
})

test('what is removed is gone', async () => {
  const digest = await stored()
  await client.remove({ digest }, await as())

  expect(await conditionOf(digest)).toBe(BlobCondition.MISSING)
  await client.remove({ digest }, await as())
})

test("nobody but the control plane may, nor copy another organization's blobs", async () => {
  const digest = await stored()
  for (const role of ['uploader', 'downloader']) {
    const token = bearer(await world.controlPlane.token({ role }))
    await expect(client.remove({ digest }, token)).rejects.toMatchObject({
      code: Code.Unauthenticated,
    })
    await expect(client.probe({}, token)).rejects.toMatchObject({ code: Code.Unauthenticated })
  }
  await expect(client.verify({ digest })).rejects.toMatchObject({ code: Code.Unauthenticated })
  const uploader = await world.controlPlane.token({ role: 'uploader' })
  await expect(
    client.copy({ digest, sourceToken: uploader }, await as(SECOND)),
  ).rejects.toMatchObject({
    code: Code.Unauthenticated,
  })
  const stranger = '11111111-6f3c-4f0e-9a57-3a1c1b1d2e3f'
  const foreign = await world.controlPlane.token({ role: 'maintainer', org_id: stranger })
  await expect(
    client.copy({ digest, sourceToken: await maintainer() }, bearer(foreign)),
  ).rejects.toMatchObject({ code: Code.PermissionDenied })
})

async function conditionOf(digest: Digest, location?: string): Promise<BlobCondition> {
  return (await client.verify({ digest }, await as(location))).condition
}

async function listed(location: string): Promise<string[]> {
  const digests: string[] = []
  for await (const { blobs } of client.list({}, await as(location))) {
    digests.push(...blobs.map(({ digest }) => digest))
  }
  return digests
}
