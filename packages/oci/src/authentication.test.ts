import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import type { Credentials } from './auth/credentials.ts'
import { getBlob, headBlob } from './blobs.ts'
import { digestOf } from './digest.ts'
import { openRegistry, openRepository, pingRegistry, type Repository } from './registry.ts'
import { registryProgram, startRegistry } from './testing/registry.test.fixture.ts'
import {
  ISSUER,
  SERVICE,
  startTokenServer,
  type TokenServer,
} from './testing/token-server.test.fixture.ts'
import { mountBlob } from './uploads/mount-blob.ts'
import { uploadBlob } from './uploads/upload-blob.ts'

const ifInstalled = registryProgram === undefined ? test.skip : test
const login = { username: 'al', password: 's3cret' }
const blob = Buffer.from('some bytes')
const digest = digestOf(blob)

let folder: string
let servers = new AsyncDisposableStack()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-auth-'))
})

afterEach(async () => {
  await servers.disposeAsync()
  servers = new AsyncDisposableStack()
  await rm(folder, { recursive: true })
})

async function roundTrip(repository: Repository): Promise<string> {
  await uploadBlob(repository, { digest, size: blob.length, content: blob })
  return (await buffer((await getBlob(repository, digest)).body)).toString()
}

ifInstalled('a registry with logins of its own takes ours, and no other', async () => {
  const path = join(folder, 'htpasswd')
  await writeFile(path, 'al:$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n')
  const { host } = servers.use(await startRegistry({ auth: { htpasswd: { realm: 'x', path } } }))
  const as = (credentials?: Credentials): Repository =>
    openRepository(openRegistry(host, { credentials: () => credentials }), 'acme/web')

  expect(await roundTrip(as(login))).toBe('some bytes')
  await expect(headBlob(as({ ...login, password: 'wrong' }), digest)).rejects.toMatchObject({
    kind: 'unauthorized',
  })
  await expect(headBlob(as(), digest)).rejects.toMatchObject({ kind: 'unauthorized' })
})

async function withTokens(): Promise<{ tokens: TokenServer; host: string }> {
  const tokens = servers.use(await startTokenServer())
  const rootcertbundle = join(folder, 'root.pem')
  await writeFile(rootcertbundle, tokens.certificate)
  const token = {
    realm: `http://${tokens.host}/token`,
    service: SERVICE,
    issuer: ISSUER,
    rootcertbundle,
  }
  const { host } = servers.use(await startRegistry({ auth: { token } }))
  return { tokens, host }
}

ifInstalled('a login is exchanged for a token, once per purpose', async () => {
  const { tokens, host } = await withTokens()
  const registry = openRegistry(host, { credentials: () => login })
  const repository = openRepository(registry, 'acme/web')

  expect(await roundTrip(repository)).toBe('some bytes')
  await Promise.all([1, 2, 3].map(() => headBlob(repository, digest)))
  expect(await mountBlob(openRepository(registry, 'acme/api'), { digest, from: 'acme/web' })).toBe(
    true,
  )

  expect(tokens.asked.map(({ scopes }) => scopes)).toEqual([
    ['repository:acme/web:pull,push'],
    ['repository:acme/web:pull'],
    ['repository:acme/api:pull,push', 'repository:acme/web:pull'],
  ])
  expect(new Set(tokens.asked.map(({ by }) => by))).toEqual(new Set(['al:s3cret']))
})

ifInstalled('an identity token is exchanged, too, and a token that ends is renewed', async () => {
  const { tokens, host } = await withTokens()
  tokens.lifetimeSeconds = 5
  const registry = openRegistry(host, { credentials: () => ({ identityToken: 'r3fresh' }) })
  const repository = openRepository(registry, 'acme/web')
  await pingRegistry(registry)

  expect(await roundTrip(repository)).toBe('some bytes')

  expect(tokens.asked.length).toBeGreaterThan(3)
  expect(tokens.asked.at(-1)?.by).toBe('refresh r3fresh')
})

ifInstalled('without a login, and with a wrong one, it is said who refused', async () => {
  const { tokens, host } = await withTokens()
  const as = (credentials?: Credentials): Repository =>
    openRepository(openRegistry(host, { credentials: () => credentials }), 'acme/web')

  await expect(headBlob(as(), digest)).rejects.toThrow(
    `${tokens.host} gives no token without a login`,
  )
  await expect(headBlob(as({ username: 'al', password: 'x' }), digest)).rejects.toThrow(
    `${tokens.host} gives no token for this login`,
  )
  await expect(headBlob(as({ registryToken: 'made-up' }), digest)).rejects.toMatchObject({
    kind: 'unauthorized',
  })
})
