import { randomBytes } from 'node:crypto'

import { freePort, hasRedisBinary, startRedis } from '@chainloop/kit/testing/redis-server'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { sha256 } from './digest.ts'
import { type FakeControlPlane, startFakeControlPlane } from './testing/fake-control-plane.ts'
import { type CasProcess, startProcess } from './testing/process.ts'
import { temporaryDirectory } from './testing/temporary-directory.ts'

/* Two processes with one Redis and one storage: an upload may come in anywhere. */
const testWithRedis = hasRedisBinary() ? test : test.skip
const stack = new AsyncDisposableStack()
const content = randomBytes(300_000)
let controlPlane: FakeControlPlane
let here: CasProcess
let there: CasProcess

beforeAll(async () => {
  if (!hasRedisBinary()) return
  const redis = stack.use(await startRedis(await freePort()))
  const data = stack.use(await temporaryDirectory())
  controlPlane = stack.use(await startFakeControlPlane())
  const start = async (): Promise<CasProcess> => {
    const port = await freePort()
    return stack.use(
      await startProcess({
        ...controlPlane.env,
        CHAINLOOP_DATA_DIR: data.path,
        REDIS_URL: redis.url,
        CAS_API_PORT: '0',
        CAS_METRICS_PORT: '0',
        CAS_HTTP_PORT: String(port),
        CAS_REPLICA_URL: `http://127.0.0.1:${port}`,
      }),
    )
  }
  ;[here, there] = await Promise.all([start(), start()])
})
afterAll(() => stack.disposeAsync())

interface Answer {
  readonly status: number
  readonly offset: string | null
  readonly complete: string | null
  readonly location: string
}

async function call(at: CasProcess, path: string, init: RequestInit): Promise<Answer> {
  const { status, headers } = await fetch(`${at.addresses.http}${path}`, init)
  const [offset, complete] = [headers.get('upload-offset'), headers.get('upload-complete')]
  return { status, offset, complete, location: headers.get('location') ?? '' }
}

async function open(bytes: Uint8Array): Promise<string> {
  const authorization = `Bearer ${await controlPlane.token()}`
  const headers = { authorization, 'upload-length': String(bytes.byteLength) }
  const path = `/uploads?digest=${sha256(bytes)}`
  return (await call(here, path, { method: 'POST', headers })).location
}

const patch = (
  at: CasProcess,
  location: string,
  { from, to, headers = {} }: { from: number; to: number; headers?: Record<string, string> },
): Promise<Answer> =>
  call(at, location, {
    method: 'PATCH',
    headers: { 'upload-offset': String(from), ...headers },
    body: Buffer.from(content.subarray(from, to)),
  })

testWithRedis(
  'what comes to another replica is sent on to the one that has the upload',
  async () => {
    const location = await open(content)

    expect(await patch(there, location, { from: 0, to: 100_000 })).toMatchObject({ status: 204 })
    expect(await call(there, location, { method: 'HEAD' })).toMatchObject({
      status: 200,
      offset: '100000',
      complete: '?0',
    })
    expect(await patch(there, location, { from: 5, to: 10 })).toMatchObject({ status: 409 })
    expect(await patch(here, location, { from: 100_000, to: 200_000 })).toMatchObject({
      status: 204,
    })
    expect(await patch(there, location, { from: 200_000, to: 300_000 })).toMatchObject({
      status: 204,
      offset: '300000',
      complete: '?1',
    })
    expect(controlPlane.receipts.at(-1)).toMatchObject({ digest: sha256(content) })
  },
)

testWithRedis('an upload is given up anywhere, and nobody knows it afterwards', async () => {
  const location = await open(randomBytes(1000))

  expect((await call(there, location, { method: 'DELETE' })).status).toBe(204)
  expect((await call(there, location, { method: 'HEAD' })).status).toBe(404)
})

testWithRedis.each(['', 'x', `${Date.now()} x`, '9999999999999 x'])(
  'nobody passes for a replica with %j',
  async (forwarded) => {
    const location = await open(content)
    const headers = { 'chainloop-forwarded': forwarded }

    expect((await patch(there, location, { from: 0, to: 10, headers })).status).toBe(403)
    expect((await patch(here, location, { from: 0, to: 10, headers })).status).toBe(403)
  },
)

testWithRedis('when the owner is lost its uploads are: the client starts again at 0', async () => {
  const location = await open(content)
  await patch(there, location, { from: 0, to: 100_000 })
  await here.kill()

  expect((await call(there, location, { method: 'HEAD' })).status).toBe(404)
  expect((await patch(there, location, { from: 100_000, to: 200_000 })).status).toBe(404)
})
