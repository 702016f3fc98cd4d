import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { sha256 } from '@chainloop/attestation/digest'
import { pae } from '@chainloop/attestation/dsse/pae'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import {
  createWorld,
  SIGNED_AT,
  timestamp,
  trustedRoot,
} from '@chainloop/attestation/verify/authority.test.fixture'
import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { issueProvenances } from '../jobs/issue-provenances.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { CONTRACT } from '../runs/testing/run-world.ts'
import { addSigner, type AddSignerInput } from '../signers/add-signer.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { setBuilder } from '../trust-rules/set-builder.ts'
import * as attestations from './attestation-repo.ts'
import type { FieldStatus } from './field-status.ts'
import { BINARY, craftBundle, fileMaterial, honestMaterials } from './testing/craft.ts'
import { openStoreWorld, storeBundle, type StoreWorld } from './testing/store-world.ts'

const MORE = `${CONTRACT}
    - name: provenance
      type: SLSA_PROVENANCE
      optional: true
    - name: upstream
      type: ATTESTATION
      optional: true
    - name: chains
      type: EVIDENCE
      optional: true
`
const BUILDER =
  'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0'

let world: StoreWorld
const platform = createWorld({
  san: 'https://github.com/acme/web/.github/workflows/release.yml@refs/heads/main',
})
const chains = generateKeyPairSync('ec', { namedCurve: 'P-256' })

beforeAll(async () => {
  world = await openStoreWorld(MORE)
  await add({
    name: 'github',
    material: { kind: 'fulcio', bytes: trustedRoot(platform) },
    identity: 'https://github\\.com/acme/web/\\.github/workflows/release\\.yml@refs/heads/main',
    issuer: 'https://issuer.example',
  })
  await add({
    name: 'tekton',
    material: { kind: 'public_key', bytes: pem(chains.publicKey) },
  })
})
afterAll(async () => world[Symbol.asyncDispose]())

const pem = (key: KeyObject): Buffer => Buffer.from(key.export({ type: 'spki', format: 'pem' }))

function add(change: Pick<AddSignerInput, 'name' | 'material'> & Partial<AddSignerInput>) {
  return addSigner(world, world.operator, {
    purpose: 'materials',
    identity: '',
    issuer: '',
    projectNames: undefined,
    notBefore: new Date('2026-01-01'),
    notAfter: undefined,
    ...change,
  })
}

const provenance = (builder = BUILDER, digest = sha256(BINARY)): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [{ name: 'binary', digest: { sha256: digest.slice('sha256:'.length) } }],
      predicate: {
        buildDefinition: { buildType: 'https://example.com/build', externalParameters: {} },
        runDetails: { builder: { id: builder } },
      },
    }),
  )

const TYPE = 'application/vnd.in-toto+json'

/** As `actions/attest-build-provenance` and cosign write it. */
function bundleOf(payload: Uint8Array, { leaf, tsa } = platform): Buffer {
  const signature = sign('sha256', pae(TYPE, payload), leaf.key)
  const timestamps = [timestamp(tsa, signature, SIGNED_AT)]
  const signer = { certificate: leaf.der }
  return Buffer.from(createBundle({ payload, signature, signer, timestamps }))
}

/** As Tekton Chains writes it. */
function envelopeOf(payload: Uint8Array, more: object = {}, key = chains.privateKey): Buffer {
  const sig = sign('sha256', pae(TYPE, payload), key).toString('base64')
  const signatures = [{ keyid: 'chains', sig, ...more }]
  const text = { payloadType: TYPE, payload: Buffer.from(payload).toString('base64'), signatures }
  return Buffer.from(JSON.stringify(text))
}

/** As witness writes it: certificate and timestamp beside the signature. */
function witnessEnvelope(payload: Uint8Array): Buffer {
  const { leaf, tsa } = platform
  const signature = sign('sha256', pae(TYPE, payload), leaf.key)
  const text = `-----BEGIN CERTIFICATE-----\n${leaf.der.toString('base64')}\n-----END CERTIFICATE-----\n`
  const stamp = timestamp(tsa, signature, SIGNED_AT).toString('base64')
  const more = {
    sig: signature.toString('base64'),
    certificate: Buffer.from(text).toString('base64'),
    timestamps: [{ type: 'tsp', data: stamp }],
  }
  return envelopeOf(payload, more)
}

async function stored(
  name: string,
  { kind, bytes }: { kind: MaterialKind; bytes: Buffer },
): Promise<{ opened: OpenedRun; digest: string; status: FieldStatus | undefined }> {
  const opened = await world.open()
  const materials = [
    ...(await honestMaterials(world, opened)),
    { ...(await fileMaterial(world, opened, { name, kind, bytes })), required: false },
  ]
  const digest = await storeBundle(world, opened, await craftBundle(world, opened, { materials }))
  const { organization, id } = opened.run
  const found = await attestations.findByRun(world.db, { organizationId: organization.id, id })
  const field = `predicate.materials[${name}].signature`
  return { opened, digest, status: found?.fields.find((one) => one.field === field) }
}

test.each<[string, string, MaterialKind, () => Buffer, object]>([
  [
    'a GitHub artifact attestation',
    'provenance',
    'SLSA_PROVENANCE',
    () => bundleOf(provenance()),
    { signer: { name: 'github' }, issuer: 'https://issuer.example', builderId: BUILDER },
  ],
  [
    'an envelope of Tekton Chains',
    'chains',
    'EVIDENCE',
    () => envelopeOf(provenance('https://tekton.dev/chains/v2')),
    { signer: { name: 'tekton' }, builderId: 'https://tekton.dev/chains/v2' },
  ],
  [
    'an envelope of witness',
    'chains',
    'EVIDENCE',
    () => witnessEnvelope(provenance()),
    { signer: { name: 'github' }, identity: expect.stringContaining('release.yml') },
  ],
])('%s is verified, and who signed it is recorded', async (_what, name, kind, bytes, expected) => {
  const { status } = await stored(name, { kind, bytes: bytes() })

  expect(status).toMatchObject({ source: 'signer', verified: true, signed: expected })
  expect(status?.signed?.subjects).toEqual([sha256(BINARY)])
  expect(status?.detail).toMatch(/^signed by (github|tekton)/)
})

test.each<[string, () => Buffer, RegExp]>([
  ['by somebody else', () => bundleOf(provenance(), createWorld()), /not by github/],
  [
    'in the name of another workflow',
    () =>
      bundleOf(provenance(), { ...platform, leaf: createWorld({ issuer: platform.root }).leaf }),
    /not by github: signed by https:\/\/acme.example/,
  ],
  [
    'about something else since',
    () => {
      const bundle = JSON.parse(bundleOf(provenance()).toString())
      bundle.dsseEnvelope.payload = provenance('https://other.example').toString('base64')
      return Buffer.from(JSON.stringify(bundle))
    },
    /not by github/,
  ],
])('a provenance that was signed %s stays the job’s word', async (_what, bytes, problem) => {
  const { status } = await stored('provenance', { kind: 'SLSA_PROVENANCE', bytes: bytes() })

  expect(status).toMatchObject({ source: 'job', verified: false })
  expect(status?.detail).toMatch(problem)
  expect(status?.signed).toBeUndefined()
})

test('of an envelope with two signatures none counts', async () => {
  const two = JSON.parse(envelopeOf(provenance()).toString())
  two.signatures.push(two.signatures[0])

  const { status } = await stored('chains', {
    kind: 'EVIDENCE',
    bytes: Buffer.from(JSON.stringify(two)),
  })

  expect(status).toBeUndefined()
})

test('an attestation of the same project is known by its digest', async () => {
  const first = await world.open()
  const bytes = await craftBundle(world, first)
  await storeBundle(world, first, bytes)

  const { status } = await stored('upstream', { kind: 'ATTESTATION', bytes })

  expect(status).toMatchObject({
    verified: true,
    signed: { signer: { name: 'this control plane' } },
  })
})

test('a signer of materials signs no attestation', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    bundle: (b) => {
      const payload = Buffer.from(b.dsseEnvelope.payload, 'base64')
      const signature = sign('sha256', pae(TYPE, payload), chains.privateKey)
      b.dsseEnvelope.signatures = [{ sig: signature.toString('base64') }]
      const hash = sha256(chains.publicKey.export({ type: 'spki', format: 'der' }))
      const hint = Buffer.from(hash.slice('sha256:'.length), 'hex').toString('base64')
      delete b.verificationMaterial.certificate
      b.verificationMaterial.publicKey = { hint }
    },
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /is no signer/)
})

test('what a platform has signed earns the level that its builder is believed for, and no other artifact', async () => {
  await setBuilder(world, world.operator, {
    issuer: '',
    signerName: 'github',
    builder: BUILDER,
    maxLevel: 3,
  })
  const deps = { ...world, ...evidenceSigner(world), log: silentLogger }
  const levels = async (bytes: Buffer): Promise<readonly string[]> => {
    const { opened } = await stored('provenance', { kind: 'SLSA_PROVENANCE', bytes })
    await issueProvenances(deps)
    const wanted = { digest: sha256(BINARY), runId: opened.run.id }
    return (await createSummary(deps, world.operator, wanted)).verifiedLevels
  }

  expect(await levels(bundleOf(provenance()))).toEqual(['SLSA_BUILD_LEVEL_3'])
  const another = sha256(Buffer.from('something else'))
  expect(await levels(bundleOf(provenance(BUILDER, another)))).toEqual(['SLSA_BUILD_LEVEL_1'])
  expect(await levels(bundleOf(provenance('https://other.example')))).toEqual([
    'SLSA_BUILD_LEVEL_1',
  ])
})
