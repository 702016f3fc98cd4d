import { type Descriptor, parseContent } from '@chainloop/oci/descriptor'
import type { Digest as OciDigest } from '@chainloop/oci/digest'

import { type Digest, hexOf } from '../../digest.ts'
import { AUTHOR } from '../remote/names.ts'

/** Of the manifest of each blob, in a repository of its own. */
export const TAG = 'latest'
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/octet-stream'

const AUTHORS = 'org.opencontainers.image.authors'
const TITLE = 'org.opencontainers.image.title'
const CREATED = 'org.opencontainers.image.created'

export interface StoredBlob {
  readonly size: number
  readonly name: string | undefined
  /** Undefined in what older versions stored. */
  readonly storedAt: Date | undefined
}

/** Undefined unless it is a manifest that Chainloop wrote for this blob: one layer, the bytes as they are. */
export function readManifest(bytes: Uint8Array, digest: Digest): StoredBlob | undefined {
  const { annotations, layers } = parseContent(bytes)
  const [layer, ...others] = layers
  const isOurs = annotations[AUTHORS] === AUTHOR && layer?.digest === digest && others.length === 0
  if (!layer || !isOurs) return undefined
  const created = annotations[CREATED]
  return {
    size: layer.size,
    name: annotations[TITLE],
    storedAt: created === undefined ? undefined : new Date(created),
  }
}

/** OCI image specification, config.md: the least that an image of one layer needs. */
export function configFor(digest: Digest): Buffer {
  return json({
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digest] },
  })
}

export function manifestFor(
  blob: { readonly digest: Digest; readonly size: number; readonly name: string },
  config: { readonly digest: OciDigest; readonly size: number },
  now: Date,
): Buffer {
  const layer: Descriptor = { mediaType: LAYER_TYPE, digest: blob.digest, size: blob.size }
  return json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, ...config },
    layers: [layer],
    annotations: {
      [AUTHORS]: AUTHOR,
      [TITLE]: blob.name,
      [CREATED]: now.toISOString(),
    },
  })
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

export function repositoryName(path: string, digest: Digest): string {
  return `${path}/chainloop-${hexOf(digest)}`
}

/** Undefined for repositories that hold no blob of this path. */
export function digestIn(path: string, repository: string): Digest | undefined {
  const prefix = `${path}/chainloop-`
  const hex = repository.startsWith(prefix) ? repository.slice(prefix.length) : ''
  return /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : undefined
}
