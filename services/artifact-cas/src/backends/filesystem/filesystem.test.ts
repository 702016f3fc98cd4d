import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { hexOf, sha256 } from '../../digest.ts'
import { createHashPool } from '../../hashing/hash-pool.ts'
import { filesBelow, temporaryDirectory } from '../../testing/temporary-directory.ts'
import { chunks, declared, describeBackend, read } from '../backend-contract.ts'
import { createFilesystemProvider } from './filesystem.ts'

async function openFilesystem() {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const pool = stack.use(createHashPool(2))
  const provider = stack.use(await createFilesystemProvider(directory.path, pool))
  const open = stack.move()
  const place = (organizationId: string, location = organizationId) => ({
    organizationId,
    location,
    key: location,
    credentials: async () => undefined,
  })
  return {
    root: directory.path,
    pool,
    provider,
    place,
    backend: await provider.open(place('org-1')),
    foreign: await provider.open(place('org-2')),
    leftovers: async () => (await filesBelow(join(directory.path, '.incoming'))).length,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

describeBackend('filesystem', openFilesystem)

test('a blob is a plain file in fan-out folders that only we can read', async () => {
  await using world = await openFilesystem()
  const content = randomBytes(1000)
  const hex = hexOf(sha256(content))
  await world.backend.put(declared(content, 'a.txt'), chunks(content))
  const path = join(world.root, 'org-1', hex.slice(0, 2), hex.slice(2, 4), hex)

  expect(sha256(await readFile(path))).toBe(sha256(content))
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
})

test.each([1000, 200_000])(
  'of uploads of one digest with %i bytes at once one creates the blob, and a liar among them nothing',
  async (size) => {
    await using world = await openFilesystem()
    const content = randomBytes(size)
    const blob = declared(content, 'a.txt')
    const lie = world.backend.put(blob, chunks(randomBytes(size)))
    const uploads = Array.from({ length: 8 }, () => world.backend.put(blob, chunks(content)))

    await expect(lie).rejects.toThrow('the bytes have digest')
    const stored = await Promise.all(uploads)
    expect(stored.filter(({ existed }) => !existed)).toHaveLength(1)
    expect((await read(world.backend, blob.digest)).equals(content)).toBe(true)
    expect(await world.leftovers()).toBe(0)
  },
)

test.each([
  '../x',
  'org-2',
  'org-1/../org-2',
  '/etc',
  'org-1/a/b',
  'org-1/',
  'org-1/.incoming',
  '',
  'org-1\0',
  'org-1\\x',
])('the location %j is refused for organization org-1', async (location) => {
  await using world = await openFilesystem()

  await expect(() => world.provider.open(world.place('org-1', location))).toFailWith(
    'invalid',
    'location',
  )
})

test('an organization whose name is a path is refused', async () => {
  await using world = await openFilesystem()

  for (const name of ['..', '.incoming', 'a/b', '']) {
    await expect(() => world.provider.open(world.place(name))).toFailWith('invalid')
  }
})

test('a folder inside the own one is fine', async () => {
  await using world = await openFilesystem()
  const content = randomBytes(10)
  const inner = await world.provider.open(world.place('org-1', 'org-1/second'))
  await inner.put(declared(content), chunks(content))

  expect(sha256(await read(inner, sha256(content)))).toBe(sha256(content))
  expect(await world.backend.stat(sha256(content))).toBeUndefined()
})

test('a blob that was cut by the disk is replaced by the next upload', async () => {
  await using world = await openFilesystem()
  const content = randomBytes(1000)
  const hex = hexOf(sha256(content))
  await world.backend.put(declared(content), chunks(content))
  await truncate(join(world.root, 'org-1', hex.slice(0, 2), hex.slice(2, 4), hex), 10)

  expect(await world.backend.put(declared(content), chunks(content))).toMatchObject({
    existed: false,
  })
  expect(sha256(await read(world.backend, sha256(content)))).toBe(sha256(content))
})

test('at start what dead processes left is removed, and what others may still write is not', async () => {
  await using directory = await temporaryDirectory()
  await using pool = createHashPool(1)
  const incoming = join(directory.path, '.incoming')
  const folder = async (name: string) => {
    await mkdir(join(incoming, name), { recursive: true })
    await writeFile(join(incoming, name, 'part'), 'x')
  }
  const deadPid = 4_194_999
  await folder(`${randomUUID()}.${deadPid}.${hostname()}`)
  await folder(`${randomUUID()}.${process.pid}.${hostname()}`)
  const sibling = `${randomUUID()}.${process.ppid}.${hostname()}`
  await folder(sibling)
  const otherHost = `${randomUUID()}.1.another-host`
  await folder(otherHost)
  await using first = await createFilesystemProvider(directory.path, pool)
  await using second = await createFilesystemProvider(directory.path, pool)

  expect(await filesBelow(incoming)).toEqual([`${sibling}/part`, `${otherHost}/part`].toSorted())
  await Promise.all([
    first.check(AbortSignal.timeout(1000)),
    second.check(AbortSignal.timeout(1000)),
  ])
})

test('a full disk is said in words, and leaves nothing behind', async () => {
  await using world = await openFilesystem()
  const content = randomBytes(1000)
  const full = async function* () {
    yield content.subarray(0, 10)
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }

  await expect(world.backend.put(declared(content), full())).toFailWith(
    'exhausted',
    'the storage is full',
  )
  expect(await world.leftovers()).toBe(0)
})

test('storage that cannot be written to is not ready', async () => {
  await using world = await openFilesystem()
  await rm(join(world.root, '.incoming'), { recursive: true })

  await expect(world.provider.check(AbortSignal.timeout(1000))).rejects.toMatchObject({
    code: 'ENOENT',
  })
})
