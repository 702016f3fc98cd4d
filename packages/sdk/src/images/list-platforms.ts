import type { Digest } from '@chainloop/attestation/digest'
import { isPlatform, MAX_PLATFORMS } from '@chainloop/attestation/materials/image-platforms'
import type { ImagePlatform } from '@chainloop/attestation/materials/material'
import type { Content, Descriptor } from '@chainloop/oci/descriptor'
import { isIndexType, OCI_CONFIG } from '@chainloop/oci/media-types'

import { asSha256, ImageNotResolved } from './image-not-resolved.ts'

/** Indexes may hold indexes; deeper than this nobody nests them. */
const MAX_DEPTH = 4
/** Images, and what is filed beside them. */
const MAX_ENTRIES = 4 * MAX_PLATFORMS

/**
 * The images of an index, through the indexes in it; none if it is no index. What BuildKit files beside them about how
 * they were built is not among them, nor are signatures and the like.
 */
export async function listPlatforms(
  content: Content,
  read: (digest: Digest) => Promise<Content>,
): Promise<readonly ImagePlatform[]> {
  const found = new Map<Digest, string>()
  const seen = new Set<Digest>()

  async function walk(
    { manifests = [] }: Pick<Content, 'manifests'>,
    depth: number,
  ): Promise<void> {
    if (depth > MAX_DEPTH)
      throw new ImageNotResolved(`indexes are nested more than ${MAX_DEPTH} deep`)
    for (const descriptor of manifests) {
      const digest = asSha256(descriptor.digest)
      if (seen.has(digest)) continue
      seen.add(digest)
      if (isIndexType(descriptor.mediaType)) await walk(await read(digest), depth + 1)
      else if (isImage(descriptor)) found.set(digest, platformOf(descriptor))
      assertFew(found.size, seen.size)
    }
  }

  await walk(content, 1)
  return [...found].map(([digest, platform]) => ({ digest, platform }))
}

function assertFew(images: number, entries: number): void {
  if (images <= MAX_PLATFORMS && entries <= MAX_ENTRIES) return
  const [count, what] =
    images > MAX_PLATFORMS ? [MAX_PLATFORMS, 'images'] : [MAX_ENTRIES, 'entries']
  throw new ImageNotResolved(`the index lists more than ${count} ${what}`)
}

/** BuildKit marks what is no image with this annotation, and with the platform `unknown/unknown`. */
const NO_IMAGE = 'vnd.docker.reference.type'

const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  OCI_CONFIG,
  'application/vnd.docker.container.image.v1+json',
])

export function isImage({ annotations, artifactType }: Descriptor): boolean {
  if (annotations?.[NO_IMAGE] !== undefined) return false
  return artifactType === undefined || IMAGE_CONFIGS.has(artifactType)
}

function platformOf({ platform }: Descriptor): string {
  const { os = 'unknown', architecture = 'unknown', variant } = platform ?? {}
  const name = [os, architecture, ...(variant ? [variant] : [])].join('/')
  if (!isPlatform(name)) throw new ImageNotResolved(`${JSON.stringify(name)} is no platform`)
  return name
}
