import { randomBytes, randomUUID } from 'node:crypto'

import { sealingKey } from '@chainloop/kit/secrets/seal'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { AUDIENCE, createTokens } from '../auth/tokens.ts'
import { issueTransferToken } from '../cas-credentials/transfer-token.ts'
import { receiptVerifier } from '../receipts/receipt-verifier.ts'
import { databaseStore } from '../secrets/database-store.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { openStorageWorld } from '../storage/testing/storage-world.ts'
import { insertOrganization, testTokenKeys } from '../testing/world.ts'
import * as casBackends from './cas-backend-repo.ts'
import { readBackendSecret } from './read-backend-secret.ts'

async function openWorld() {
  const world = await openStorageWorld()
  const { db, organization, to } = world
  const organizationId = organization.id
  const secrets = createSecrets([databaseStore([sealingKey(randomBytes(32))])])
  const keys = await testTokenKeys()
  const tokens = createTokens(keys, 'test')
  const value = Buffer.from('{"password":"top-secret"}')
  await casBackends.countRotation(db, to, await secrets.save(db, { organizationId, value }))
  const transferVerifier = receiptVerifier({ tokenKeys: keys, config: { issuer: 'test' } })
  const deps = { db, secrets, trials: secrets, transferVerifier }
  return {
    ...world,
    secrets,
    tokens,
    value,
    read: async (token: string) => Buffer.from(await readBackendSecret(deps, token)).toString(),
  }
}

test("a transfer's token gives the credentials of its own backend, and no others", async () => {
  await using world = await openWorld()
  const { tokens, from, to } = world

  for (const role of ['uploader', 'downloader', 'maintainer'] as const) {
    const token = await issueTransferToken(tokens, { backend: to, role })
    expect(await world.read(token)).toBe(world.value.toString())
  }
  const other = await issueTransferToken(tokens, { backend: from, role: 'uploader' })
  expect(await world.read(other)).toBe('{}')
})

test('it may have run out while the bytes were on their way, but not for days', async () => {
  await using world = await openWorld()
  const { organizationId, id, provider, location } = world.to
  const claims = { org_id: organizationId, backend_id: id, provider, location, role: 'uploader' }
  const expired = (seconds: number) =>
    world.tokens.sign(claims, { audience: AUDIENCE.transfer, expiresInSeconds: -seconds })

  expect(await world.read(await expired(3600))).toBe(world.value.toString())
  await expect(world.read(await expired(25 * 3600))).toFailWith('unauthenticated')
})

test('a backend that was deleted still gives what its transfers need', async () => {
  await using world = await openWorld()
  await casBackends.softDelete(world.db, world.to)
  const token = await issueTransferToken(world.tokens, { backend: world.to, role: 'downloader' })

  expect(await world.read(token)).toBe(world.value.toString())
})

test('a token of another organization, place, purpose or issuer gets nothing', async () => {
  await using world = await openWorld()
  const { tokens, to } = world
  const stranger = (await insertOrganization(world.db, 'stranger')).id
  const issue = (change: Partial<typeof to>) =>
    issueTransferToken(tokens, { backend: { ...to, ...change }, role: 'uploader' })

  await expect(world.read(await issue({ organizationId: stranger }))).toFailWith('not_found')
  await expect(world.read(await issue({ id: randomUUID() }))).toFailWith('not_found')
  await expect(world.read(await issue({ location: 'elsewhere' }))).toFailWith('forbidden')
  await expect(world.read(await issue({ provider: 'OCI' }))).toFailWith('forbidden')
  const claims = { org_id: to.organizationId, backend_id: to.id }
  const run = await tokens.sign(claims, { audience: AUDIENCE.run, expiresInSeconds: 60 })
  await expect(world.read(run)).toFailWith('unauthenticated')
  const forged = createTokens(await testTokenKeys(), 'test')
  const token = await issueTransferToken(forged, { backend: to, role: 'uploader' })
  await expect(world.read(token)).toFailWith('unauthenticated')
  await expect(world.read('nonsense')).toFailWith('unauthenticated')
})

test('credentials on trial are for maintainers, of their own organization', async () => {
  await using world = await openWorld()
  const { db, secrets, tokens, to } = world
  const { organizationId } = to
  const candidateId = await secrets.save(db, {
    organizationId,
    value: Buffer.from('{"on":"trial"}'),
  })
  const backend = { ...to, id: randomUUID() }

  const good = await issueTransferToken(tokens, { backend, role: 'maintainer', candidateId })
  expect(await world.read(good)).toBe('{"on":"trial"}')
  const uploader = await issueTransferToken(tokens, { backend, role: 'uploader', candidateId })
  await expect(world.read(uploader)).toFailWith('forbidden')
  const foreign = { ...backend, organizationId: (await insertOrganization(db, 'stranger')).id }
  const stolen = await issueTransferToken(tokens, {
    backend: foreign,
    role: 'maintainer',
    candidateId,
  })
  await expect(world.read(stolen)).toFailWith('unavailable')
})
