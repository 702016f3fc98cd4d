import { generateKeyPairSync } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { openStoreWorld } from '../attestations/testing/store-world.ts'
import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { generateAuthority } from '../signing/authority.ts'
import { pemCertificate } from '../signing/certificate.ts'
import { TEST_INSTANCE } from '../signing/testing/signings.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { addSigner } from './add-signer.ts'
import type { AddSignerInput } from './add-signer.ts'
import { describeSigner, listSigners } from './list-signers.ts'
import { removeSigner } from './remove-signer.ts'
import { keyPair, pemOf } from './testing/key-bundles.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
  await world.addWorkflow({ project: 'api', name: 'build' })
})
afterAll(async () => world[Symbol.asyncDispose]())

function input(change: Partial<AddSignerInput> = {}): AddSignerInput {
  return {
    name: 'release',
    material: { kind: 'public_key', bytes: pemOf(keyPair().publicKey) },
    purpose: 'attestations',
    identity: '',
    issuer: '',
    projectNames: ['web'],
    notBefore: undefined,
    notAfter: undefined,
    ...change,
  }
}

const key = (bytes: Uint8Array) => ({ material: { kind: 'public_key', bytes } as const })
const chain = (bytes: Uint8Array) => ({ material: { kind: 'certificate_chain', bytes } as const })
const fulcio = (bytes: Uint8Array) => ({ material: { kind: 'fulcio', bytes } as const })
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey

async function foreignChain(): Promise<Buffer> {
  const { chain: pem } = await generateAuthority('job-ca', { url: TEST_INSTANCE, now: new Date() })
  return Buffer.from(pem)
}

test('a signer is added, found by name and by key, and removed', async () => {
  const { publicKey } = keyPair('P-384')
  const added = await addSigner(world, world.operator, input({ ...key(pemOf(publicKey)) }))

  const listed = await listSigners(world, world.operator, { projectName: '' })
  const { fingerprint } = added
  const described = await describeSigner(world, world.operator, { fingerprint })
  await removeSigner(world, world.operator, { name: 'release' })

  expect(listed.map(({ name, projects }) => [name, projects?.map((one) => one.name)])).toEqual([
    ['release', ['web']],
  ])
  expect(Buffer.from(described.material).toString()).toBe(pemOf(publicKey).toString())
  expect(await listSigners(world, world.operator, { projectName: '' })).toEqual([])
  await expect(removeSigner(world, world.operator, { name: 'release' })).toFailWith('not_found')
})

test('adding and removing are in the audit log', async () => {
  const { id } = await addSigner(world, world.operator, input({ name: 'audited' }))
  await removeSigner(world, world.operator, { name: 'audited' })

  const entries = await world.db
    .selectFrom('audit_entries')
    .select('action')
    .where('organization_id', '=', world.organization.id)
    .where('target_id', '=', id)
    .orderBy('created_at')
    .execute()
  expect(entries.map(({ action }) => action)).toEqual(['signer.added', 'signer.removed'])
})

test.each<[string, () => Partial<AddSignerInput>, RegExp]>([
  ['a weak RSA key', () => key(pemOf(rsa(1024))), /1024 bits/],
  [
    'a key on another curve',
    () => key(pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)),
    /secp256k1/,
  ],
  ['no key', () => key(Buffer.from('hello')), /public key/],
  ['an empty chain', () => chain(Buffer.from('hello')), /chain of certificates/],
  [
    'the job CA itself',
    () => chain(Buffer.from(world.signing.jobCa.chain.map(pemCertificate).join(''))),
    /authority of this instance/,
  ],
  [
    'the root of the job CA',
    () => chain(Buffer.from(world.signing.jobCa.chain.slice(-1).map(pemCertificate).join(''))),
    /authority of this instance/,
  ],
  [
    'this instance as a Fulcio',
    () => ({
      ...fulcio(world.signing.trust.attestations),
      identity: '.*',
      issuer: 'https://x.org',
    }),
    /authority of this instance/,
  ],
  [
    'a leaf for an authority',
    () =>
      chain(
        Buffer.from(
          world.signing.timestampAuthority.chain.slice(0, 1).map(pemCertificate).join(''),
        ),
      ),
    /is not an authority/,
  ],
  ['no project', () => ({ projectNames: [] }), /which projects/],
  ['a key with an identity', () => ({ identity: '.*' }), /neither identity/],
  [
    'a window that has ended',
    () => ({ notBefore: new Date(0), notAfter: new Date(1000) }),
    /window/,
  ],
  ['a Fulcio without an identity', () => ({ ...fulcio(Buffer.from('x')) }), /identity/],
  ['a name with spaces', () => ({ name: 'my key' }), /name/],
])('%s is refused', async (_what, change, reason) => {
  const adding = addSigner(world, world.operator, input({ name: 'refused', ...change() }))

  await expect(adding).toFailWith('invalid', reason)
})

test('a chain with a broken link, or one in the wrong order, is refused', async () => {
  const [one, other] = [await foreignChain(), await foreignChain()]
  const pems = one.toString().match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
  const strangers = other.toString().match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []

  for (const order of [[pems[1], pems[0]], [pems[0]], [pems[0], strangers[1]]]) {
    const adding = addSigner(world, world.operator, input(chain(Buffer.from(order.join('\n')))))
    await expect(adding).toFailWith('invalid', /self-signed root/)
  }
})

test('an identity that is no pattern is refused', async () => {
  const adding = addSigner(
    world,
    world.operator,
    input({ ...chain(await foreignChain()), identity: '(' }),
  )

  await expect(adding).toFailWith('invalid', /not a pattern/)
})

test('names and keys are unique, until their signer is removed', async () => {
  const pem = pemOf(keyPair().publicKey)
  await addSigner(world, world.operator, input({ name: 'first', ...key(pem) }))

  await expect(addSigner(world, world.operator, input({ name: 'first' }))).toFailWith(
    'already_exists',
  )
  await expect(addSigner(world, world.operator, input({ name: 'second', ...key(pem) }))).toFailWith(
    'already_exists',
  )
  await removeSigner(world, world.operator, { name: 'first' })
  await addSigner(world, world.operator, input({ name: 'first', ...key(pem) }))
  await removeSigner(world, world.operator, { name: 'first' })
})

test('operators of an organization manage its signers, and nobody else', async () => {
  const stranger = actorOf(await insertOrganization(world.db, 'rival'), 'operator')
  await addSigner(world, world.operator, input({ name: 'ours' }))

  await expect(addSigner(world, world.attester, input())).toFailWith('forbidden')
  await expect(removeSigner(world, world.attester, { name: 'ours' })).toFailWith('forbidden')
  await expect(removeSigner(world, stranger, { name: 'ours' })).toFailWith('not_found')
  await expect(describeSigner(world, stranger, { name: 'ours' })).toFailWith('not_found')
  await expect(addSigner(world, stranger, input())).toFailWith('not_found')
  expect(await listSigners(world, stranger, { projectName: '' })).toEqual([])
  expect(await listSigners(world, world.operator, { projectName: 'api' })).toEqual([])
  await removeSigner(world, world.operator, { name: 'ours' })
})
