import { randomUUID } from 'node:crypto'

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { readConfig } from '../config.ts'
import { openTestDatabase } from '../testing/database.ts'
import { awsStore } from './aws-store.ts'
import { azureStore } from './azure-store.ts'
import { gcpStore } from './gcp-store.ts'
import { openSecretStores } from './open-secret-stores.ts'
import type { SecretStore } from './secret-store.ts'
import { describeSecretStore, type OpenStore } from './testing/secret-store-contract.ts'
import { startAws, startAzure, startGcp, startVault, VAULT_TOKEN } from './testing/services.ts'
import type { StandIn } from './testing/stand-in.ts'
import { vaultStore } from './vault-store.ts'

/* The servers are stand-ins that were written from the published APIs: see docs/storage.md for what that means. */

const token = async (): Promise<string> => 'token'
const prefix = 'chainloop'

const aws = (url: string): SecretStore =>
  awsStore(
    new SecretsManagerClient({
      region: 'eu-central-1',
      endpoint: url,
      credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
      maxAttempts: 1,
    }),
    prefix,
  )
const vault = (url: string): SecretStore =>
  vaultStore({ address: url, token: VAULT_TOKEN, mount: 'secret', prefix })

const stores = [
  ['vault', startVault, vault],
  ['aws', startAws, aws],
  ['gcp', startGcp, (url) => gcpStore({ endpoint: url, project: 'acme', prefix, token })],
  ['azure', startAzure, (url) => azureStore({ vaultUrl: url, prefix, token })],
] as const satisfies [string, () => Promise<StandIn>, (url: string) => SecretStore][]

for (const [name, start, open] of stores) {
  describeSecretStore(name, async (): Promise<OpenStore> => {
    const server = await start()
    return { store: open(server.url), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  })

  test(`${name}: what fails says so, and repeats nothing of the secret`, async () => {
    await using database = await openTestDatabase()
    await using server = await start()
    const store = open(server.url)
    const place = { organizationId: randomUUID(), id: randomUUID() }
    server.broken = { status: 500, body: { echo: 'top-secret', message: 'top-secret' } }

    const failures = [
      () => store.save(place, Buffer.from('top-secret'), database.db),
      () => store.read(place, database.db),
      () => store.remove(place, database.db),
      () => store.check(),
    ]
    for (const failure of failures) {
      const cause: unknown = await failure().catch((thrown: unknown) => thrown)
      expect(cause).toMatchObject({ code: 'unavailable' })
      expect(String(cause)).not.toContain('top-secret')
      expect(String(cause)).not.toContain(Buffer.from('top-secret').toString('base64'))
    }
  })
}

test('a server does not start with a store that cannot be used', async () => {
  await using server = await startVault()
  const env = { SECRETS_BACKEND: 'vault', VAULT_ADDR: server.url, VAULT_TOKEN: 'another' }
  await expect(openSecretStores(readConfig(env), [{ id: 'k', key: Buffer.alloc(32) }])).toFailWith(
    'unavailable',
    '403',
  )
  const good = readConfig({ ...env, VAULT_TOKEN })
  const opened = await openSecretStores(good, [{ id: 'k', key: Buffer.alloc(32) }])
  expect(opened.map(({ id }) => id)).toEqual(['vault', 'database'])
})

test('a store that is none, and settings that are missing, are named', async () => {
  const keys = [{ id: 'k', key: Buffer.alloc(32) }] as const
  for (const [env, message] of [
    [{ SECRETS_BACKEND: 'paper' }, 'database, vault, aws, gcp, azure'],
    [{ SECRETS_BACKEND: 'vault' }, 'VAULT_ADDR'],
    [{ SECRETS_BACKEND: 'aws' }, 'SECRETS_AWS_REGION'],
    [{ SECRETS_BACKEND: 'gcp' }, 'SECRETS_GCP_PROJECT'],
    [{ SECRETS_BACKEND: 'azure' }, 'SECRETS_AZURE_VAULT_URL'],
  ] as const) {
    await expect(openSecretStores(readConfig(env), keys)).rejects.toThrow(message)
  }
})
