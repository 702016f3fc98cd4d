import { sha256 } from '@chainloop/attestation/digest'
import type { Material } from '@chainloop/attestation/materials/material'
import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { readEmbeddedArtifact } from '../cas-credentials/embedded-artifact.ts'
import { downloadCredentials } from '../cas-credentials/transfer-credentials.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import { replicateAttestation } from '../jobs/replicate-attestations.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import { discover } from '../referrers/discover.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { CONTRACT, runActorOf } from '../runs/testing/run-world.ts'
import { storeAttestation } from './store-attestation.ts'
import { BINARY, craftBundle, honestMaterials, SBOM } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

const MORE = `${CONTRACT}
    - name: image
      type: CONTAINER_IMAGE
      optional: true
      output: true
    - name: secret
      type: ARTIFACT
      optional: true
      skipUpload: true
    - name: tier
      type: STRING
      optional: true
      annotations:
        - name: level
          value: gold
  annotations:
    - name: owner
      value: platform
`

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(MORE)
})
afterAll(async () => world[Symbol.asyncDispose]())

const image: Material = {
  name: 'image',
  kind: 'CONTAINER_IMAGE',
  digest: sha256(Buffer.from('manifest')),
  what: {
    type: 'image',
    image: {
      repository: 'ghcr.io/acme/web',
      digest: sha256(Buffer.from('manifest')),
      tag: 'v1',
      hasLatestTag: false,
    },
  },
  uploaded: false,
  inline: false,
  output: true,
  required: false,
  annotations: {},
  addedAt: new Date(),
}

const kept: Material = {
  name: 'secret',
  kind: 'ARTIFACT',
  digest: sha256(Buffer.from('nobody sees this')),
  what: { type: 'file', filename: 'secret.bin' },
  size: 16,
  uploaded: false,
  inline: false,
  output: false,
  required: false,
  annotations: { 'chainloop.material.size': '16' },
  addedAt: new Date(),
}

function tier(annotations: Record<string, string>): Material {
  return {
    name: 'tier',
    kind: 'STRING',
    digest: sha256(Buffer.from('one')),
    what: { type: 'string', value: 'one' },
    uploaded: false,
    inline: false,
    output: false,
    required: false,
    annotations: { 'chainloop.material.size': '3', ...annotations },
    addedAt: new Date(),
  }
}

async function storeWith(opened: OpenedRun, more: readonly Material[]): Promise<string> {
  const materials = [...(await honestMaterials(world, opened)), ...more]
  return storeBundle(world, opened, await craftBundle(world, opened, { materials }))
}

async function fieldsOf(digest: string) {
  const { fields } = await world.db
    .selectFrom('attestations')
    .select('fields')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow()
  return new Map(fields.map(({ field, source, verified }) => [field, { source, verified }]))
}

test('an image is the job’s word, and says so; as an output it is a subject all the same', async () => {
  const opened = await world.open()

  const fields = await fieldsOf(await storeWith(opened, [image]))

  const claimed = { source: 'job', verified: false }
  expect(fields.get('predicate.materials[image].digest')).toEqual(claimed)
  expect(fields.get('predicate.materials[image].kind')).toEqual(claimed)
  expect(fields.get('predicate.materials[image].annotations.chainloop.material.image.tag')).toEqual(
    claimed,
  )
  expect(fields.get('subject[3]')).toEqual({ source: 'contract revision', verified: true })
})

test('what the contract lets a job keep to itself is the job’s word, and no other project’s artifact', async () => {
  const opened = await world.open()

  const digest = await storeWith(opened, [kept])

  expect((await fieldsOf(digest)).get('predicate.materials[secret].digest')?.verified).toBe(false)
  await expect(downloadCredentials(world, world.operator, kept.digest)).toFailWith('not_found')
})

test('a value that the contract fixes is verified, and refused when the job replaces it', async () => {
  const [right, wrong] = [await world.open(), await world.open()]

  const fields = await fieldsOf(
    await storeWith(right, [tier({ level: 'gold', mine: 'yes', constructor: 'acme' })]),
  )

  const at = (name: string) => fields.get(`predicate.materials[tier].annotations.${name}`)
  expect(at('level')).toEqual({ source: 'contract revision', verified: true })
  expect(at('constructor')).toEqual({ source: 'job', verified: false })
  expect(at('mine')).toEqual({ source: 'job', verified: false })
  await expect(storeWith(wrong, [tier({ level: 'bronze' })])).toFailWith('invalid', /bronze/)
})

test('an annotation of the contract cannot be replaced by the job', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    state: (state) => ({ ...state, annotations: { owner: 'somebody else' } }),
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /annotations.owner/)
})

test('a stored bundle is copied to the backend of its run, and may be read from then on', async () => {
  const opened = await world.open()
  const digest = await storeWith(opened, [])
  await expect(downloadCredentials(world, world.operator, digest)).toFailWith('not_found')

  const job = { organizationId: world.organization.id, runId: opened.run.id }
  await replicateAttestation(world, job)
  await replicateAttestation(world, job)

  expect(sha256(world.stored.get(digest) ?? new Uint8Array())).toBe(digest)
  expect((await downloadCredentials(world, world.operator, digest)).token).not.toBe('')
})

test('a job to copy the bundle is in the queue exactly if the attestation is stored', async () => {
  const opened = await world.open()

  await storeWith(opened, [])

  const jobs = await world.queue.findJobs('attestation-replication', {
    data: { runId: opened.run.id },
  })
  expect(jobs).toHaveLength(1)
})

test('from a commit and from a material to their attestation', async () => {
  const opened = await world.open()
  const digest = await storeWith(opened, [])
  const input = { kind: '', projectName: '', projectVersion: '', cursor: '', limit: 100 }

  for (const about of [`sha1:${'a'.repeat(40)}`, sha256(SBOM), sha256(BINARY)]) {
    const { root } = await discover(world, world.operator, { ...input, digest: about })
    expect(root.references.map((reference) => reference.digest)).toContain(digest)
  }
})

test('storing may release the version once its provenance is there, and a released one takes no further attestation where that is blocked', async () => {
  const [first, late] = [
    await world.open({ projectVersion: '3.0.0' }),
    await world.open({ projectVersion: '3.0.0' }),
  ]
  const bundle = await craftBundle(world, first)
  await storeAttestation(world, runActorOf(first), {
    runId: first.run.id,
    bundle,
    releaseVersion: true,
  })
  await issueProvenances({ ...world, ...evidenceSigner(world), log: silentLogger })
  await world.db
    .updateTable('organizations')
    .set({ block_attestations_on_released_versions: true })
    .execute()

  await expect(storeBundle(world, late, await craftBundle(world, late))).toFailWith(
    'conflict',
    /released/,
  )
  await expect(world.open({ projectVersion: '3.0.0' })).toFailWith('conflict', /released/)
  await world.db
    .updateTable('organizations')
    .set({ block_attestations_on_released_versions: false })
    .execute()
  expect(await storeBundle(world, late, await craftBundle(world, late))).toMatch(/^sha256:/)
})

test('what is embedded is hashed, crafted and readable like what is uploaded', async () => {
  await world.db.updateTable('cas_backends').set({ is_default: false }).execute()
  await world.db
    .updateTable('cas_backends')
    .set({ is_default: true })
    .where('provider', '=', 'INLINE')
    .execute()
  const opened = await world.open()
  const [binary, sbom] = await Promise.all([
    embedded('binary', 'ARTIFACT', BINARY),
    embedded('sbom', 'SBOM_CYCLONEDX_JSON', SBOM),
  ])
  const lie = { ...sbom, digest: sha256(BINARY) }
  const lying = await craftBundle(world, opened, { materials: [binary, lie] })
  await expect(storeBundle(world, opened, lying)).toFailWith('invalid', /not that of its content/)

  const bundle = await craftBundle(world, opened, { materials: [binary, sbom] })
  const digest = await storeBundle(world, opened, bundle)

  const place = { organizationId: world.organization.id, runId: opened.run.id }
  const found = await readEmbeddedArtifact(world.db, { ...place, digest: sha256(SBOM) })
  expect(Buffer.from(found.bytes)).toEqual(SBOM)
  const whole = await readEmbeddedArtifact(world.db, { ...place, digest })
  expect(Buffer.from(whole.bytes).equals(bundle)).toBe(true)
  await expect(readEmbeddedArtifact(world.db, { ...place, digest: kept.digest })).toFailWith(
    'not_found',
  )
})

async function embedded(name: string, kind: Material['kind'], content: Buffer): Promise<Material> {
  const evidence = {
    name: `${name}.json`,
    size: content.length,
    async *open() {
      yield content
    },
  }
  const { annotations, mainComponent } = await world.inspect(kind, evidence)
  return {
    name,
    kind,
    digest: sha256(content),
    what: { type: 'file', filename: evidence.name, content, mainComponent },
    size: content.length,
    uploaded: false,
    inline: true,
    output: name === 'binary',
    required: true,
    annotations,
    addedAt: new Date(),
  }
}
