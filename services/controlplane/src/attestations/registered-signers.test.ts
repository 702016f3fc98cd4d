import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, afterEach, beforeAll, test } from '@jest/globals'
import { sql } from 'kysely'

import { addSigner } from '../signers/add-signer.ts'
import type { AddSignerInput } from '../signers/add-signer.ts'
import { removeSigner } from '../signers/remove-signer.ts'
import * as signers from '../signers/signer-repo.ts'
import { keyBundle, keyPair, pemOf } from '../signers/testing/key-bundles.ts'
import { readAuthority, generateAuthority } from '../signing/authority.ts'
import { jobCa } from '../signing/job-ca.ts'
import { derOf } from '../signing/testing/bundles.ts'
import { TEST_INSTANCE, testSigning } from '../signing/testing/signings.ts'
import { timestampAuthority } from '../signing/timestamp-authority.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { craftBundle } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

let world: StoreWorld
const key = keyPair()

beforeAll(async () => {
  world = await openStoreWorld()
  await world.addWorkflow({ project: 'api', name: 'build' })
})
afterAll(async () => world[Symbol.asyncDispose]())
afterEach(async () => {
  const { id: organizationId } = world.organization
  for (const signer of await signers.list(world.db, { organizationId })) {
    await signers.remove(world.db, signer)
  }
})

async function add(change: Partial<AddSignerInput> = {}) {
  return addSigner(world, world.operator, {
    name: 'release',
    material: { kind: 'public_key', bytes: pemOf(key.publicKey) },
    purpose: 'attestations',
    identity: '',
    issuer: '',
    projectNames: ['web'],
    notBefore: undefined,
    notAfter: undefined,
    ...change,
  })
}

test.each(['P-256', 'P-384', 'P-521'])('a registered %s key signs', async (curve) => {
  const pair = keyPair(curve)
  const signer = await add({ material: { kind: 'public_key', bytes: pemOf(pair.publicKey) } })
  const opened = await world.open()

  const digest = await storeBundle(world, opened, await keyBundle(world, opened, { key: pair }))

  const { signer_id: signerId } = await world.db
    .selectFrom('attestations')
    .select('signer_id')
    .where('organization_id', '=', world.organization.id)
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow()
  expect(signerId).toBe(signer.id)
})

test('what a key signed is not said to be signed by the run’s certificate', async () => {
  await add()
  const opened = await world.open()
  await storeBundle(world, opened, await keyBundle(world, opened, { key }))

  const { guarantees } = await world.db
    .selectFrom('runs')
    .select('guarantees')
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', opened.run.id)
    .executeTakeFirstOrThrow()
  expect(guarantees).toContain('registered-signer')
  expect(guarantees).not.toContain('run-bound-certificate')
})

test('an unknown key is refused by its name, with the command that adds it', async () => {
  const opened = await world.open()

  await expect(
    storeBundle(world, opened, await keyBundle(world, opened, { key })),
  ).rejects.toMatchObject({
    reason: 'SIGNER_UNKNOWN',
    message: expect.stringMatching(
      /the key sha256:[0-9a-f]{64} is no signer of acme; .*organization signer add .* --project web/,
    ),
  })
})

test('the signer of another organization is nobody here', async () => {
  const rival = actorOf(await insertOrganization(world.db, 'rival'), 'operator')
  await addSigner(world, rival, {
    name: 'release',
    material: { kind: 'public_key', bytes: pemOf(key.publicKey) },
    purpose: 'attestations',
    identity: '',
    issuer: '',
    projectNames: undefined,
    notBefore: undefined,
    notAfter: undefined,
  })
  const opened = await world.open()
  const bundle = await keyBundle(world, opened, { key })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /is no signer of acme/)
})

test('the signer of another project may not sign for this one', async () => {
  await add({ projectNames: ['api'] })
  const opened = await world.open()
  const bundle = await keyBundle(world, opened, { key })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not sign for project web/)
})

test('a signer that was removed signs nothing any more', async () => {
  await add()
  const opened = await world.open()
  const bundle = await keyBundle(world, opened, { key })
  await removeSigner(world, world.operator, { name: 'release' })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /is no signer/)
})

test('outside its window a signer signs nothing, by the time of the timestamp', async () => {
  const opened = await world.open()
  const bundle = await keyBundle(world, opened, { key })
  const later = new Date(Date.now() + 60_000)
  await add({ notBefore: later })
  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /may sign from/)

  await sql`update signers set not_before = ${new Date(0)}, not_after = ${new Date(1000)}
    where organization_id = ${world.organization.id}`.execute(world.db)
  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /may sign from/)
})

test.each<[string, Parameters<typeof keyBundle>[2], RegExp]>([
  ['that names no key', { key, hint: '' }, /which key/],
  ['without a timestamp', { key, stampedBy: null }, /timestamp/],
  [
    'with a statement that was changed',
    {
      key,
      bundle: (b) => {
        const text = Buffer.from(b.dsseEnvelope.payload, 'base64').toString()
        b.dsseEnvelope.payload = Buffer.from(text.replace('"web"', '"api"')).toString('base64')
      },
    },
    /not verified/,
  ],
  [
    'with another payload type',
    { key, bundle: (b) => (b.dsseEnvelope.payloadType = 'text/plain') },
    /not verified/,
  ],
  [
    'with more than the hint',
    { key, bundle: (b) => (b.verificationMaterial.publicKey.rawBytes = 'AAAA') },
    /rawBytes/,
  ],
  [
    'that claims the authority of this instance',
    { key, state: (state) => state },
    /predicate.signingCA/,
  ],
])('a bundle of a registered key is refused %s', async (_what, options, reason) => {
  await add()
  const opened = await world.open()
  const bundle = await keyBundle(world, opened, options)

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', reason)
})

test('the hint of one key does not let another sign', async () => {
  const signer = await add()
  const opened = await world.open()
  const hint = Buffer.from(signer.fingerprint.slice(7), 'hex').toString('base64')
  const bundle = await keyBundle(world, opened, { key: keyPair(), hint })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
})

test('a timestamp of somebody else does not count for a key either', async () => {
  await add()
  const opened = await world.open()
  const { timestampAuthority: stampedBy } = await testSigning()
  const bundle = await keyBundle(world, opened, { key, stampedBy })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /timestamp/)
})

test('timestamps of several authorities are believed where the operator trusts them, and only there', async () => {
  await add()
  const pems = await generateAuthority('timestamp-authority', {
    url: TEST_INSTANCE,
    now: new Date(Date.now() - 60_000),
  })
  const other = timestampAuthority(await readAuthority(pems), () => new Date())
  const trusting = { ...world, signing: await testSigning(undefined, pems.chain) }
  const opened = await world.open()
  const bundle = await keyBundle(trusting, opened, { key, alsoStampedBy: other })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /timestamp/)
  expect(await storeBundle(trusting, opened, bundle)).toMatch(/^sha256:/)
})

/** An authority of the organization's own, and a leaf of it. */
async function authority(workflow = 'build') {
  const pems = await generateAuthority('job-ca', {
    url: 'https://ca.acme.example',
    now: new Date(),
  })
  const ca = jobCa(await readAuthority(pems), { clock: () => new Date() })
  const leafKey = keyPair()
  const name = { id: 'x', name: workflow }
  const identity = {
    instanceUrl: 'https://ca.acme.example',
    organization: name,
    project: name,
    workflow: name,
    runId: '1',
    requestedBy: 'api_token:1',
  }
  const spki = leafKey.publicKey.export({ type: 'spki', format: 'der' })
  const { chain } = await ca.issue(identity, spki)
  return { chain: Buffer.from(pems.chain), key: leafKey, certificate: derOf(chain[0] ?? '') }
}

const IDENTITY = 'https://ca\\.acme\\.example/organizations/build/.*'

test.each<[string, Partial<AddSignerInput>, RegExp | undefined]>([
  ['any identity', {}, undefined],
  ['the identity', { identity: IDENTITY, issuer: 'https://ca.acme.example' }, undefined],
  ['a part of the identity', { identity: 'https://ca\\.acme\\.example' }, /signed by/],
  ['another issuer', { identity: IDENTITY, issuer: 'https://ca.acme' }, /issued by/],
  ['another project', { projectNames: ['api'] }, /nor by a signer of its project/],
])('a certificate of a registered authority for %s', async (_what, change, reason) => {
  const { chain, ...signed } = await authority()
  await add({ material: { kind: 'certificate_chain', bytes: chain }, ...change })
  const opened = await world.open()
  const stored = storeBundle(world, opened, await keyBundle(world, opened, signed))

  if (reason === undefined) expect(await stored).toMatch(/^sha256:/)
  else await expect(stored).toFailWith('invalid', reason)
})

test('an authority that nobody registered certifies nobody', async () => {
  const [registered, other] = [await authority(), await authority()]
  await add({ material: { kind: 'certificate_chain', bytes: registered.chain } })
  const opened = await world.open()
  const { chain: _unused, ...signed } = other

  await expect(storeBundle(world, opened, await keyBundle(world, opened, signed))).toFailWith(
    'invalid',
    /nor by a signer/,
  )
})

test('a Fulcio root with identity and issuer certifies those it names', async () => {
  const { chain, ...signed } = await authority()
  const material = { kind: 'fulcio', bytes: chain } as const
  await add({ material, identity: IDENTITY, issuer: 'https://ca.acme.example' })
  const opened = await world.open()

  expect(await storeBundle(world, opened, await keyBundle(world, opened, signed))).toMatch(
    /^sha256:/,
  )
})

test('the certificate of another run stays no good, whoever is registered', async () => {
  const { chain } = await authority()
  await add({ material: { kind: 'certificate_chain', bytes: chain } })
  const [one, other] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, one, { certificateOf: other })

  await expect(storeBundle(world, one, bundle)).toFailWith('invalid', /certificate of this run/)
})
