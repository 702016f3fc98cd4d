import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createGuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { silentLogger } from '@chainloop/kit/logger'
import { afterAll, expect, test } from '@jest/globals'

import { type ExternalOptions, openExternal } from './external.ts'
import { openRunners } from './runners.ts'

const options: Omit<ExternalOptions, 'source'> = {
  folder: fileURLToPath(new URL('testing/', import.meta.url)),
  limits: { memoryMb: 128, hangMs: 10_000, graceMs: 300, requestTimeoutMs: 10_000, loadMs: 25_000 },
  connect: createGuardedConnect({ allow: [] }),
  openRemote: async (address) => {
    throw new Error(`asked for ${address}`)
  },
}

const stack = new AsyncDisposableStack()
afterAll(async () => stack.disposeAsync())

/** A folder with an installed package. */
async function installed(name: string, main: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-plugin-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const target = join(folder, 'node_modules', name)
  await mkdir(target, { recursive: true })
  const exports = { '.': { import: './main.js' } }
  const manifest = { name, version: '1.0.0', type: 'module', exports }
  await writeFile(join(target, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(target, 'main.js'), main)
  return folder
}

test('a module is found from the folder of plugins, and runs', async () => {
  await using plugin = await openExternal({ ...options, source: './poison.ts' })

  expect(plugin).toMatchObject({ id: 'poison', secretSettings: ['password'] })
})

test('a package is found by its name, as a module and without any of ours', async () => {
  const folder = await installed(
    '@acme/plugin',
    `export const acme = {
      id: 'acme', version: '1', description: '', subscribedMaterials: [], secretSettings: [], texts: [],
      registrationSchema: {}, attachmentSchema: {}, deliver: async () => ({ detail: 'done' }),
    }`,
  )
  await using plugin = await openExternal({ ...options, folder, source: '@acme/plugin' })

  expect(plugin.id).toBe('acme')
})

test.each([
  ['export const nothing = 1', /exports nothing that definePlugin made/],
  ['throw new Error("I am poisoned")', /cannot be loaded: I am poisoned/],
  ['process.exit(1)', /it stopped by itself/],
])('a package that is no plugin is said to be none: %s', async (main, reason) => {
  const folder = await installed('bad', main)

  await expect(openExternal({ ...options, folder, source: 'bad' })).rejects.toThrow(reason)
})

test('a package that never ends loading is given up', async () => {
  const folder = await installed('endless', 'await new Promise(() => undefined)')
  const limits = { ...options.limits, loadMs: 500 }

  await expect(openExternal({ ...options, folder, limits, source: 'endless' })).rejects.toThrow(
    'it took too long to load',
  )
})

test('an address is opened as a remote plugin', async () => {
  await expect(openExternal({ ...options, source: 'grpcs://a.test:7000' })).rejects.toThrow(
    'asked for grpcs://a.test:7000',
  )
})

test('plugins that cannot be opened stand in nobody’s way', async () => {
  const external = ['./nowhere.ts', 'grpc://a.test:1', './poison.ts']
  await using runners = await openRunners({
    ...options,
    external,
    log: silentLogger,
    added: () => undefined,
  })

  expect([...runners.plugins.keys()]).toEqual(expect.arrayContaining(['webhook', 'poison']))
})
