import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { ResourceService } from '@chainloop/proto/cas/v1/resource'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { sha256 } from './digest.ts'
import { startFakeControlPlane } from './testing/fake-control-plane.ts'
import { startProcess } from './testing/process.ts'
import { filesBelow, temporaryDirectory } from './testing/temporary-directory.ts'
import { bearer, messages, PORTS, type Sent, uploadName } from './testing/world.ts'

const clientsOf = (baseUrl: string) => {
  const transport = createGrpcTransport({ baseUrl })
  return {
    bytes: createClient(ByteStream, transport),
    resources: createClient(ResourceService, transport),
  }
}

test('killed in the middle of an upload it leaves nothing visible, and the next start removes the rest', async () => {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  const env = { ...PORTS, ...controlPlane.env, CHAINLOOP_DATA_DIR: directory.path }
  const content = randomBytes(2_000_000)
  const kept = randomBytes(1000)

  await using first = await startProcess(env)
  const { bytes } = clientsOf(first.addresses.api)
  await bytes.write(messages(kept), bearer(await controlPlane.token()))
  async function* half(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(content), data: content.subarray(0, 1_000_000) }
    while (!(await unfinished()).length) await sleep(5)
    await first.kill()
    yield {
      resourceName: uploadName(content),
      data: content.subarray(1_000_000),
      finishWrite: true,
    }
  }
  const unfinished = async () =>
    (await filesBelow(directory.path)).filter((path) => path.includes('.incoming'))
  await expect(bytes.write(half(), bearer(await controlPlane.token()))).rejects.toThrow('')

  expect(await unfinished()).toHaveLength(1)
  expect(controlPlane.receipts).toHaveLength(1)

  await using second = await startProcess(env)
  const again = clientsOf(second.addresses.api)
  const describe = async (blob: Uint8Array) =>
    again.resources.describe(
      { digest: sha256(blob) },
      bearer(await controlPlane.token({ role: 'downloader', digest: sha256(blob) })),
    )

  expect(await unfinished()).toEqual([])
  expect(await describe(kept)).toMatchObject({ result: { size: 1000n } })
  const error = ConnectError.from(await describe(content).catch((cause: unknown) => cause))
  expect(error.code).toBe(Code.NotFound)

  await again.bytes.write(messages(content), bearer(await controlPlane.token()))
  expect(await describe(content)).toMatchObject({ result: { size: 2_000_000n } })
})

test('asked to stop it finishes the upload in flight and ends with code 0', async () => {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  await using cas = await startProcess({
    ...PORTS,
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: directory.path,
  })
  const content = randomBytes(2_000_000)
  let ended: Promise<number | null> | undefined
  async function* slowly(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(content), data: content.subarray(0, 1_000_000) }
    while (!(await filesBelow(directory.path)).length) await sleep(5)
    ended = cas.terminate()
    await sleep(50)
    yield {
      resourceName: uploadName(content),
      data: content.subarray(1_000_000),
      finishWrite: true,
    }
  }
  const { bytes } = clientsOf(cas.addresses.api)

  expect(await bytes.write(slowly(), bearer(await controlPlane.token()))).toMatchObject({
    committedSize: 2_000_000n,
  })
  expect(await ended).toBe(0)
})

test('it is ready when storage can be written to and keys are known, and says what is missing', async () => {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  await using good = await startProcess({
    ...PORTS,
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: directory.path,
  })
  await using alone = await startProcess({
    ...PORTS,
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: directory.path,
    CONTROLPLANE_JWKS_URL: 'http://127.0.0.1:1/jwks.json',
  })
  const probe = async (address: string) => {
    const response = await fetch(`${address}/statusz?readiness=1`)
    return [response.status, await response.json()]
  }

  expect(await probe(good.addresses.metrics)).toEqual([200, {}])
  expect(await probe(alone.addresses.http)).toMatchObject([
    503,
    { failing: { 'signing keys': expect.stringContaining('127.0.0.1:1') } },
  ])
})

test('when the storage is full the client is told, nothing is left, and the next blob that fits is stored', async () => {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  const env = { ...PORTS, ...controlPlane.env, CHAINLOOP_DATA_DIR: directory.path }
  await using cas = await startProcess(env, { maxFileBytes: 1 << 20 })
  const { bytes } = clientsOf(cas.addresses.api)
  const [large, small] = [randomBytes(3_000_000), randomBytes(500_000)]

  const full = bytes.write(messages(large), bearer(await controlPlane.token()))
  expect(ConnectError.from(await full.catch((cause: unknown) => cause))).toMatchObject({
    code: Code.ResourceExhausted,
    rawMessage: 'the storage is full',
  })
  expect(await filesBelow(directory.path)).toEqual([])
  expect(controlPlane.receipts).toEqual([])

  const fits = bytes.write(messages(small), bearer(await controlPlane.token()))
  expect(await fits).toMatchObject({ committedSize: 500_000n })
})

const MIB = 1 << 20

test('eight uploads at once take less than half of their bytes in memory', async () => {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  await using cas = await startProcess({
    ...PORTS,
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: directory.path,
  })
  const blobs = Array.from({ length: 8 }, (_, at) => Buffer.alloc(32 * MIB, `blob ${at} `))
  const put = async (blob: Buffer): Promise<number> => {
    const opened = await fetch(`${cas.addresses.http}/uploads?digest=${sha256(blob)}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await controlPlane.token()}`,
        'upload-length': String(blob.byteLength),
      },
    })
    const location = `${cas.addresses.http}${opened.headers.get('location')}`
    const headers = { 'upload-offset': '0' }
    return (await fetch(location, { method: 'PATCH', headers, body: new Uint8Array(blob) })).status
  }
  // What one upload brings into memory for good: code, buffers of a connection, two threads.
  expect(await put(Buffer.alloc(MIB, 'first '))).toBe(204)
  const before = await cas.residentBytes()

  expect(await Promise.all(blobs.map(put))).toEqual(blobs.map(() => 204))
  // All of them together are 256 MiB.
  expect((await cas.peakResidentBytes()) - before).toBeLessThan(128 * MIB)
})
