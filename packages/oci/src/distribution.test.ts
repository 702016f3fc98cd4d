import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'

import { describe, expect, test } from '@jest/globals'

import { deleteBlob, getBlob, headBlob } from './blobs.ts'
import { digestOf } from './digest.ts'
import { deleteManifest, getManifest, headManifest } from './manifests.ts'
import { OCI_EMPTY, OCI_MANIFEST } from './media-types.ts'
import { putManifest } from './put-manifest.ts'
import { listReferrers, referrersTag } from './referrers.ts'
import { openRegistry, openRepository, pingRegistry, type Repository } from './registry.ts'
import { listTags } from './tags.ts'
import { mountBlob } from './uploads/mount-blob.ts'
import { uploadBlob } from './uploads/upload-blob.ts'

const url = process.env['TEST_REGISTRY_URL']
const ifRegistry = url === undefined ? describe.skip : describe

ifRegistry('against a registry', () => {
  const registry = openRegistry(new URL(url ?? 'http://localhost').host)
  const repository = (): Repository => openRepository(registry, `acme/${randomUUID()}`)

  /** Uploads bytes in pieces, as a stream that can be read once. */
  async function* inPieces(bytes: Buffer, size = 10_000): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }

  async function push(repo: Repository, bytes: Buffer): Promise<`sha256:${string}`> {
    const digest = digestOf(bytes)
    await uploadBlob(repo, { digest, size: bytes.length, content: bytes })
    return digest
  }

  async function image(repo: Repository, more: object = {}): Promise<Buffer> {
    const empty = Buffer.from('{}')
    const config = { mediaType: OCI_EMPTY, digest: await push(repo, empty), size: empty.length }
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config,
      layers: [config],
      ...more,
    }
    return Buffer.from(JSON.stringify(manifest))
  }

  test('it is there', async () => {
    await expect(pingRegistry(registry)).resolves.toBeUndefined()
  })

  test.each([
    ['a stream in one request', { size: 100_000 }],
    ['a stream in chunks', { size: 100_000, chunkSize: 32_768 }],
    ['a stream of unknown length', {}],
  ])('%s comes back byte by byte', async (_, how) => {
    const repo = repository()
    const bytes = randomBytes(100_000)
    const digest = digestOf(bytes)

    await uploadBlob(repo, { digest, content: inPieces(bytes), ...how })

    expect(await headBlob(repo, digest)).toEqual({ size: 100_000 })
    expect(bytes.equals(await buffer((await getBlob(repo, digest)).body))).toBe(true)
  })

  test.each([['known'], ['unknown']])('a blob without bytes, its size %s', async (size) => {
    const repo = repository()
    const digest = digestOf(Buffer.alloc(0))

    await uploadBlob(repo, {
      digest,
      content: inPieces(Buffer.alloc(0)),
      ...(size === 'known' && { size: 0 }),
    })

    expect(await buffer((await getBlob(repo, digest)).body)).toHaveLength(0)
  })

  test('a part of a blob', async () => {
    const repo = repository()
    const digest = await push(repo, Buffer.from('0123456789'))

    const { body } = await getBlob(repo, digest, { range: { start: 3, end: 5 } })

    expect((await buffer(body)).toString()).toBe('345')
  })

  test('an upload of other bytes than the digest names leaves nothing', async () => {
    const repo = repository()
    const digest = digestOf(Buffer.from('one'))

    await expect(
      uploadBlob(repo, { digest, size: 3, content: inPieces(Buffer.from('two')) }),
    ).rejects.toMatchObject({ kind: 'mismatch' })
    await expect(
      uploadBlob(repo, { digest, size: 3, content: Buffer.from('two'), verify: false }),
    ).rejects.toMatchObject({ kind: 'invalid' })

    expect(await headBlob(repo, digest)).toBeUndefined()
  })

  test('a sha512 digest is as good', async () => {
    const repo = repository()
    const bytes = Buffer.from('long')
    const digest = `sha512:${createHash('sha512').update(bytes).digest('hex')}` as const

    await uploadBlob(repo, { digest, size: 4, content: bytes })

    expect((await buffer((await getBlob(repo, digest)).body)).toString()).toBe('long')
  })

  test('a blob is mounted, deleted, and then not there', async () => {
    const [from, to] = [repository(), repository()]
    const digest = await push(from, randomBytes(10))

    expect(await mountBlob(to, { digest, from: from.name })).toBe(true)
    expect(await headBlob(to, digest)).toEqual({ size: 10 })
    expect(await deleteBlob(to, digest)).toBe(true)
    expect(await deleteBlob(to, digest)).toBe(false)
    expect(await headBlob(to, digest)).toBeUndefined()
    await expect(getBlob(to, digest)).rejects.toMatchObject({ kind: 'not_found' })
  })

  test('a blob that the other repository does not have is not mounted', async () => {
    const digest = digestOf(randomBytes(10))
    expect(await mountBlob(repository(), { digest, from: repository().name })).toBe(false)
  })

  test('a manifest is found by tag and digest until it is deleted', async () => {
    const repo = repository()
    const bytes = await image(repo)
    const digest = await putManifest(repo, { reference: 'v1', mediaType: OCI_MANIFEST, bytes })

    expect(await getManifest(repo, 'v1')).toEqual({ bytes, digest, mediaType: OCI_MANIFEST })
    expect(await headManifest(repo, digest)).toEqual({
      digest,
      mediaType: OCI_MANIFEST,
      size: bytes.length,
    })
    expect(await headManifest(repo, 'v2')).toBeUndefined()
    expect(await deleteManifest(repo, digest)).toBe(true)
    await expect(getManifest(repo, 'v1')).rejects.toMatchObject({ kind: 'not_found' })
  })

  test('tags come page by page', async () => {
    const repo = repository()
    const bytes = await image(repo)
    for (const reference of ['a', 'b', 'c']) {
      await putManifest(repo, { reference, mediaType: OCI_MANIFEST, bytes })
    }

    expect((await Array.fromAsync(listTags(repo, { pageSize: 2 }))).toSorted()).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  test('referrers are listed with and without the API, also when two are added at once', async () => {
    const repo = repository()
    const subjectBytes = await image(repo)
    const subject = await putManifest(repo, {
      reference: 'v1',
      mediaType: OCI_MANIFEST,
      bytes: subjectBytes,
    })
    expect(await listReferrers(repo, subject)).toEqual([])

    const refer = async (artifactType: string): Promise<string> => {
      const bytes = await image(repo, {
        artifactType,
        subject: { mediaType: OCI_MANIFEST, digest: subject, size: subjectBytes.length },
        annotations: { made: 'here' },
      })
      return putManifest(repo, { reference: digestOf(bytes), mediaType: OCI_MANIFEST, bytes })
    }
    const [sbom, signature] = await Promise.all([refer('acme/sbom'), refer('acme/signature')])

    const all = await listReferrers(repo, subject)
    expect(all.map(({ digest }) => digest).toSorted()).toEqual([sbom, signature].toSorted())
    expect(await listReferrers(repo, subject, { artifactType: 'acme/sbom' })).toMatchObject([
      { digest: sbom, artifactType: 'acme/sbom', annotations: { made: 'here' } },
    ])
  })

  test('the tag of referrers is what the specification says', () => {
    expect(referrersTag(`sha256:${'a'.repeat(64)}`)).toBe(`sha256-${'a'.repeat(64)}`)
    expect(referrersTag(`sha512:${'b'.repeat(128)}`)).toBe(`sha512-${'b'.repeat(64)}`)
  })
})
