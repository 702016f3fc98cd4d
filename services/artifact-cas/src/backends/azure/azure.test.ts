import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
import { type Azurite, AZURITE_ACCOUNT, startAzurite } from '../../testing/storage/azurite.ts'
import {
  PRINCIPAL,
  startEntraServer,
  WORKLOAD_ASSERTION,
} from '../../testing/storage/entra-server.ts'
import { type RemoteOptions, remoteDeps } from '../../testing/storage/remote-deps.ts'
import { TEST_CA } from '../../testing/storage/tls.ts'
import { chunks, declared, describeBackend, read } from '../backend-contract.ts'
import { azureProvider } from './azure.ts'
import { createAzureClient } from './client.ts'

const servers = new AsyncDisposableStack()
let azurite: Azurite
beforeAll(async () => {
  azurite = servers.use(await startAzurite())
})
afterAll(() => servers.disposeAsync())

async function openAzure(options: RemoteOptions = {}) {
  await using stack = new AsyncDisposableStack()
  const entra = stack.use(await startEntraServer())
  const suffix = randomUUID()
  const settings = { partBytes: 128 * 1024, ca: TEST_CA, ...options }
  const location = (container: string) => `${azurite.url}/${AZURITE_ACCOUNT}/${container}-${suffix}`
  const deps = stack.use(
    await remoteDeps({ ...settings, ownIdentityLocations: [`AzureBlob:${location('listed')}`] }),
  )
  const tokenFilePath = join(deps.directory, 'token')
  await writeFile(tokenFilePath, WORKLOAD_ASSERTION)
  const { tenantID: tenantId, clientID: clientId } = PRINCIPAL
  const workload = { tenantId, clientId, tokenFilePath }
  const provider = stack.use(azureProvider(deps, { authorityHost: entra.url, workload }))
  const open = async (container: string, credentials: object = PRINCIPAL) =>
    provider.open({
      organizationId: 'org-1',
      location: location(container),
      key: randomUUID(),
      credentials: () => Promise.resolve(credentials),
    })
  const { agents, timeoutMs, retryDelayMs } = deps
  const containerOf = (container: string) =>
    createAzureClient({
      agents,
      timeoutMs,
      retryDelayMs,
      credentials: { ...PRINCIPAL, storageAccountName: '', container: '', endpoint: '' },
      url: location(container),
      authorityHost: entra.url,
    })
  async function names(container: string, uncommitted: boolean): Promise<string[]> {
    const client = containerOf(container)
    await client.createIfNotExists()
    const listed: string[] = []
    for await (const { name } of client.listBlobsFlat({ includeUncommitedBlobs: uncommitted })) {
      listed.push(name)
    }
    return listed
  }
  const disposables = stack.move()
  return {
    entra,
    open,
    names,
    containerOf,
    backend: await open('one'),
    foreign: await open('two'),
    leftovers: async () => (await names('one', true)).length - (await names('one', false)).length,
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}

describeBackend('Azure Blob', openAzure)

const content = randomBytes(1000)

test('blobs are laid out as existing ones are', async () => {
  await using world = await openAzure()
  await world.backend.put(declared(content, 'sbom.json'), chunks(content))
  const found = await world.containerOf('one').getBlobClient(sha256(content)).getProperties()
  expect(found.metadata).toEqual({ author: 'chainloop.dev', filename: 'sbom.json' })

  const foreign = world.containerOf('one').getBlockBlobClient(sha256(Buffer.from('x')))
  await foreign.upload('x', 1)
  await expect(world.backend.stat(sha256(Buffer.from('x')))).toFailWith('conflict', 'not stored')
})

test.each([1000, 300_000])('a damaged blob of %d bytes is replaced', async (size) => {
  await using world = await openAzure()
  const whole = randomBytes(size)
  await world.backend.put(declared(content), chunks(content))
  const damaged = world.containerOf('one').getBlockBlobClient(sha256(whole))
  await damaged.upload('rotten', 6, { metadata: { Author: 'chainloop.dev', Filename: 'first' } })

  expect(await world.backend.put(declared(whole), chunks(whole))).toMatchObject({ existed: false })
  expect(sha256(await read(world.backend, sha256(whole)))).toBe(sha256(whole))
})

test('who brings no credentials is let into listed containers only, below its own name', async () => {
  await using world = await openAzure()
  await expect(world.open('unlisted', {})).toFailWith('forbidden', 'may not be used without')

  const listed = await world.open('listed', {})
  await listed.put(declared(content), chunks(content))

  expect(await world.names('listed', false)).toEqual([`org-1/${sha256(content)}`])
  expect(sha256(await read(listed, sha256(content)))).toBe(sha256(content))
  expect(world.entra.asked[0]?.get('client_assertion')).toBe(WORKLOAD_ASSERTION)
})

test('credentials that Entra ID or Azure refuse are said in words, without the secret', async () => {
  await using world = await openAzure()
  const wrong = await world.open('one', { ...PRINCIPAL, clientSecret: 'top-secret' })
  const failure: unknown = await wrong.stat(sha256(content)).catch((cause: unknown) => cause)

  expect(failure).toMatchObject({ code: 'conflict', reason: 'STORAGE_REFUSED' })
  expect((failure as Error).message).not.toContain('top-secret')
  await expect(world.open('one', { tenantID: 'x' })).toFailWith('invalid', 'belong together')
})

test('neither the storage nor the token endpoint may be a private address that nobody allowed', async () => {
  await using world = await openAzure({ allow: [] })

  await expect(world.backend.stat(sha256(content))).toFailWith('conflict', 'CredentialUnavailable')
  expect(world.entra.asked).toEqual([])
})
