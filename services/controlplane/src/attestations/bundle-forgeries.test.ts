import { createPrivateKey, generateKeyPairSync } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import type { OpenedRun } from '../runs/init-run.ts'
import { runActorOf } from '../runs/testing/run-world.ts'
import { generateAuthority, readAuthority } from '../signing/authority.ts'
import { readCertificateRequest } from '../signing/certificate-request.ts'
import { pemCertificate } from '../signing/certificate.ts'
import { issueCertificate } from '../signing/issue-certificate.ts'
import { runIdentity } from '../signing/run-identity.ts'
import { newCertificateRequest } from '../signing/testing/certificate-requests.ts'
import { TEST_INSTANCE, testSigning } from '../signing/testing/signings.ts'
import { craftBundle } from './testing/craft.ts'
import type { CraftOptions } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

/** What a modified client can do to a bundle around a statement that is right. */
const forgeries: readonly [string, CraftOptions, RegExp][] = [
  ['without a timestamp', { sign: { timestampAuthority: undefined } }, /timestamp/],
  ['of another payload type', { sign: { payloadType: 'application/json' } }, /payload/],
  [
    'with two signatures',
    { bundle: (b) => b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]) },
    /signatures/,
  ],
  ['without a signature', { bundle: (b) => (b.dsseEnvelope.signatures = []) }, /signatures/],
  [
    'with a signature that was encoded twice',
    {
      bundle: (b) => {
        const [signature] = b.dsseEnvelope.signatures
        signature.sig = Buffer.from(signature.sig).toString('base64')
      },
    },
    /base64/,
  ],
  [
    'with another payload',
    { bundle: (b) => (b.dsseEnvelope.payload = Buffer.from('{}').toString('base64')) },
    /verified/,
  ],
  [
    'without a certificate',
    { bundle: (b) => delete b.verificationMaterial.certificate },
    /certificate/,
  ],
  ['without any material', { bundle: (b) => (b.verificationMaterial = {}) }, /certificate/],
  [
    'with a key’s hint',
    { bundle: (b) => (b.verificationMaterial = { publicKey: { hint: 'mine' } }) },
    /which key signed/,
  ],
  [
    'with a duplicate key in the statement',
    { text: (text) => text.replace('"project":"web"', '"project":"api","project":"web"') },
    /duplicate/,
  ],
  ['with a statement that is cut', { text: (text) => text.slice(0, -1) }, /statement/],
  ['with a field that nobody reads', { bundle: (b) => (b.note = 'trust me') }, /note/],
  ['with material that nobody reads', { bundle: (b) => (b.verificationMaterial.x = 1) }, /x/],
  [
    'with a log entry',
    { bundle: (b) => (b.verificationMaterial.tlogEntries = [{}]) },
    /tlogEntries/,
  ],
  ['with a key id', { bundle: (b) => (b.dsseEnvelope.signatures[0].keyid = 'mine') }, /keyid/],
  [
    'with a chain of certificates',
    {
      bundle: (b) => {
        const { certificate, ...rest } = b.verificationMaterial
        const certificates = [certificate, certificate]
        b.verificationMaterial = { ...rest, x509CertificateChain: { certificates } }
      },
    },
    /x509CertificateChain/,
  ],
  ['that is no statement', { text: () => '[]' }, /statement/],
]

test.each(forgeries)('a bundle is refused %s', async (_what, options, reason) => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, options)

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', reason)
})

test.each<[string, string | Buffer]>([
  ['nothing', ''],
  ['no JSON', 'hello'],
  ['an empty object', '{}'],
  ['a list', '[]'],
  ['deep nesting', '['.repeat(100_000)],
  ['bytes that are no UTF-8', Buffer.of(0xff, 0xfe)],
])('what is no bundle is refused: %s', async (_what, bundle) => {
  await expect(storeBundle(world, await world.open(), Buffer.from(bundle))).toFailWith('invalid')
})

test('a bundle with a duplicate key is refused', async () => {
  const opened = await world.open()
  const text = (await craftBundle(world, opened)).toString()
  const twice = text.replace('{"mediaType"', '{"mediaType":"x","mediaType"')

  await expect(storeBundle(world, opened, Buffer.from(twice))).toFailWith('invalid', /duplicate/)
})

test('a bundle of one run is no good for another', async () => {
  const [one, other] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, one)

  await expect(storeBundle(world, other, bundle)).toFailWith('invalid', /certificate of this run/)
  await storeBundle(world, one, bundle)
  await expect(storeBundle(world, other, bundle)).toFailWith('invalid', /certificate of this run/)
})

test('the certificate of another run signs nothing for this one', async () => {
  const [one, other] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, one, { certificateOf: other })

  await expect(storeBundle(world, one, bundle)).toFailWith('invalid', /certificate of this run/)
})

test('a certificate that somebody else issued in our name signs nothing', async () => {
  const opened = await world.open()
  const foreign = await testSigning()
  const certificate = await issueForeign(foreign, opened)
  const bundle = await craftBundle(world, opened, { sign: certificate })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /certificate of this run/)
})

async function issueForeign(foreign: StoreWorld['signing'], { run }: OpenedRun) {
  const { privateKey, pem } = newCertificateRequest()
  const identity = runIdentity(run, TEST_INSTANCE)
  const spki = readCertificateRequest(Buffer.from(pem))
  return { privateKey, certificate: await foreign.jobCa.issue(identity, spki) }
}

test('a certificate of the run without its private key signs nothing', async () => {
  const opened = await world.open()
  const { pem } = newCertificateRequest()
  const certificate = await issueCertificate(world, runActorOf(opened), Buffer.from(pem))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bundle = await craftBundle(world, opened, { sign: { privateKey, certificate } })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
})

test('a signature by the provenance key is no attestation of a job', async () => {
  const opened = await world.open()
  const generated = await generateAuthority('provenance', { url: TEST_INSTANCE, now: new Date() })
  const { chain } = await readAuthority(generated)
  const bundle = await craftBundle(world, opened, {
    sign: {
      privateKey: createPrivateKey(generated.key),
      certificate: { chain: chain.map(pemCertificate) },
    },
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /certificate of this run/)
})

test('a timestamp of another authority does not count', async () => {
  const opened = await world.open()
  const { timestampAuthority } = await testSigning()
  const bundle = await craftBundle(world, opened, { sign: { timestampAuthority } })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
})

test('a timestamp from before or after the certificate’s ten minutes does not count', async () => {
  const opened = await world.open()
  for (const minutes of [-20, 20]) {
    const shifted = await testSigningAt(new Date(Date.now() + minutes * 60_000))
    const bundle = await craftBundle(world, opened, { sign: { timestampAuthority: shifted } })

    await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
  }
})

async function testSigningAt(time: Date) {
  return (await testSigning(() => time)).timestampAuthority
}
