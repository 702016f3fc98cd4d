import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { exampleMaterial, exampleSession } from '../../testing/example-session.test.fixture.ts'
import type { Session } from '../session.ts'
import { localStateStore } from './local.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-state-'))
  path = join(folder, 'state.json')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const add =
  (name: string) =>
  (session: Session): Session => ({
    ...session,
    state: { ...session.state, materials: [...session.state.materials, exampleMaterial(name)] },
  })

test('what was kept comes back as it was', async () => {
  const session = exampleSession()
  await localStateStore(path).create(session)

  expect(await localStateStore(path).read()).toEqual(session)
})

test('nobody else may read the file', async () => {
  await localStateStore(path).create(exampleSession())

  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a second run does not overwrite the first, unless asked to', async () => {
  const store = localStateStore(path)
  await store.create(exampleSession())

  await expect(store.create(exampleSession())).rejects.toMatchObject({ name: 'AlreadyInitialized' })
  await expect(store.create(exampleSession(), { replace: true })).resolves.toBeUndefined()
})

test('twenty parallel additions all land', async () => {
  const store = localStateStore(path)
  await store.create(exampleSession())
  const names = Array.from({ length: 20 }, (_, index) => `material-${index}`)

  await Promise.all(names.map((name) => localStateStore(path).update(add(name))))

  const session = await store.read()
  const found = session?.state.materials.map(({ name }) => name) ?? []
  expect(found.toSorted()).toEqual(
    [...exampleSession().state.materials.map(({ name }) => name), ...names].toSorted(),
  )
  expect(await readdir(folder)).toEqual(['state.json'])
})

test('the lock of a process that is gone is taken over', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  const store = localStateStore(path)
  await store.create(exampleSession())
  await writeFile(`${path}.lock`, JSON.stringify({ pid: child.pid, host: hostname() }))

  await expect(store.update(add('late'))).resolves.toBeDefined()
})

test('the old lock of another machine, and one that was never written, are taken over', async () => {
  const store = localStateStore(path)
  await store.create(exampleSession())
  for (const left of [JSON.stringify({ pid: process.pid, host: 'elsewhere' }), '']) {
    await writeFile(`${path}.lock`, left)
    await utimes(`${path}.lock`, new Date(0), new Date(0))
    await expect(store.update(add('late'))).resolves.toBeDefined()
  }
})

test('without a run there is nothing to change', async () => {
  await expect(localStateStore(path).update((session) => session)).rejects.toMatchObject({
    name: 'NotInitialized',
  })
  expect(await localStateStore(path).read()).toBeUndefined()
})

test.each([
  ['', 'is damaged: it is not JSON'],
  ['{"format":"chainloop.attestation/1"', 'is damaged: it is not JSON'],
  ['[]', 'is not the state of an attestation of this version'],
  ['null', 'is damaged: it is not an object'],
  ['{"format":"other/2"}', 'is not the state of an attestation of this version'],
  ['{"format":"chainloop.attestation/1","state":{"materials":7}}', 'is damaged'],
])('a file that says %j is reported, and kept', async (text, message) => {
  await writeFile(path, text)

  await expect(localStateStore(path).read()).rejects.toMatchObject({
    name: 'BrokenState',
    message: expect.stringContaining(message),
  })
  expect(await readFile(path, 'utf8')).toBe(text)
})

test('a change that fails leaves the state as it was', async () => {
  const store = localStateStore(path)
  await store.create(exampleSession())
  const before = await readFile(path, 'utf8')

  await expect(
    store.update(() => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await readFile(path, 'utf8')).toBe(before)
  expect(await readdir(folder)).toEqual(['state.json'])
})
