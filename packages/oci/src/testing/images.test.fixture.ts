import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Platform } from '../descriptor.ts'
import { digestOf } from '../digest.ts'
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../media-types.ts'
import { putManifest } from '../put-manifest.ts'
import type { Repository } from '../registry.ts'
import { uploadBlob } from '../uploads/upload-blob.ts'

/** A manifest or an index made by hand, with everything that it refers to. */
export interface Made {
  readonly bytes: Buffer
  readonly digest: `sha256:${string}`
  readonly mediaType: string
  readonly blobs: readonly Buffer[]
  readonly parts: readonly Made[]
}

interface Extras {
  readonly config?: { readonly mediaType: string; readonly bytes: Buffer }
  readonly layer?: { readonly mediaType: string; readonly bytes: Buffer }
  /** Further members of the manifest: `artifactType`, `subject`, `annotations` … */
  readonly members?: object
}

/** An image manifest, other than any before it. */
export function makeImage({ config, layer, members }: Extras = {}): Made {
  const own = config ?? {
    mediaType: OCI_CONFIG,
    bytes: Buffer.from(`{"id":"${randomBytes(8).toString('hex')}"}`),
  }
  const content = layer ?? {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    bytes: randomBytes(64),
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(own),
    layers: [descriptor(content)],
    ...members,
  }
  return made(OCI_MANIFEST, manifest, { blobs: [own.bytes, content.bytes], parts: [] })
}

export interface Entry {
  readonly of: Made
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

export function makeIndex(entries: readonly Entry[], members: object = {}): Made {
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: entries.map(listed),
    ...members,
  }
  return made(OCI_INDEX, index, { blobs: [], parts: entries.map(({ of }) => of) })
}

/** What refers to an image: a signature, say. */
export function makeReferrer(subject: Made, artifactType: string, annotations: object = {}): Made {
  return makeImage({
    members: { artifactType, annotations, subject: descriptor(subject) },
  })
}

/** Pushes the parts first; without a tag it is found by its digest. */
export async function push(repository: Repository, image: Made, tag?: string): Promise<void> {
  for (const part of image.parts) await push(repository, part)
  for (const blob of image.blobs) {
    await uploadBlob(repository, { digest: digestOf(blob), size: blob.length, content: blob })
  }
  const { bytes, mediaType, digest } = image
  await putManifest(repository, { reference: tag ?? digest, mediaType, bytes })
}

/** OCI image specification, image-layout.md. */
export async function writeLayout(folder: string, entries: readonly Entry[]): Promise<void> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries.map(listed) }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  for (const { of } of entries) await writeBlobs(folder, of)
}

async function writeBlobs(folder: string, image: Made): Promise<void> {
  for (const bytes of [image.bytes, ...image.blobs]) {
    await writeFile(join(folder, 'blobs', 'sha256', digestOf(bytes).slice('sha256:'.length)), bytes)
  }
  for (const part of image.parts) await writeBlobs(folder, part)
}

function listed({ of, ...rest }: Entry): object {
  return { ...descriptor(of), ...rest }
}

function descriptor({ mediaType, bytes }: { mediaType: string; bytes: Buffer }): object {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

function made(mediaType: string, content: object, rest: Pick<Made, 'blobs' | 'parts'>): Made {
  const bytes = Buffer.from(JSON.stringify(content))
  return { bytes, mediaType, digest: digestOf(bytes), ...rest }
}
