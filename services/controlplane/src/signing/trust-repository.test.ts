import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Updater } from 'tuf-js'

import { rotateKey } from './rotate.ts'
import { openSigning } from './signing.ts'
import type { Signing } from './signing.ts'
import { TEST_INSTANCE } from './testing/signings.ts'

let folder = ''
let signing: Signing
const settings = () => ({ instanceUrl: TEST_INSTANCE, directory: join(folder, 'keys') })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tuf-'))
  signing = await openSigning(settings())
  change = (_path, body) => body
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

/** What stands between the server and the client. */
let change: (path: string, body: Buffer) => Buffer = (_path, body) => body

async function listen(): Promise<{ server: Server; base: string }> {
  const server = createServer((req, res) => {
    const path = (req.url ?? '').slice(1)
    void signing.readTrustRepository(path).then((body) => {
      res.writeHead(body ? 200 : 404)
      res.end(body && change(path, body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, base: `http://127.0.0.1:${port}` }
}

/** Another implementation's client. */
async function fetchRoots(): Promise<string> {
  const { server, base } = await listen()
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: base,
    targetDir: folder,
    targetBaseUrl: `${base}/targets`,
  })
  try {
    await updater.refresh()
    const info = await updater.getTargetInfo('trusted_root.provenance.json')
    if (!info) throw new Error('no such target')
    return await readFile(await updater.downloadTarget(info), 'utf8')
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const pinFirstRoot = async (): Promise<void> =>
  writeFile(
    join(folder, 'root.json'),
    (await signing.readTrustRepository('1.root.json')) ?? Buffer.alloc(0),
  )

test('a TUF client that has pinned the first root gets the trust roots', async () => {
  await pinFirstRoot()

  expect(await fetchRoots()).toBe(signing.trust.provenance.toString())
})

test('it follows rotations of the key of the repository', async () => {
  await pinFirstRoot()
  await rotateKey(settings(), { kind: 'tuf', since: new Date() })
  await rotateKey(settings(), { kind: 'tuf', since: new Date(Date.now() + 1000) })
  await signing.reload()

  expect(await fetchRoots()).toBe(signing.trust.provenance.toString())
})

test.each([
  ['timestamp.json', /signed by 0/],
  ['.snapshot.json', /signed by 0/],
  ['.targets.json', /signed by 0/],
  ['trusted_root.provenance.json', /hash/],
])('a changed %s is refused', async (file, reason) => {
  await pinFirstRoot()
  change = (path, body) =>
    path.endsWith(file) ? Buffer.from(body.toString().replace('20', '30')) : body

  await expect(fetchRoots()).rejects.toMatchObject({ message: expect.stringMatching(reason) })
})

test('the repository of another instance is refused', async () => {
  await pinFirstRoot()
  signing = await openSigning({ ...settings(), directory: join(folder, 'other') })

  await expect(fetchRoots()).rejects.toMatchObject({
    message: expect.stringMatching(/signed by 0/),
  })
})
