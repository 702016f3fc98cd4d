import { sha256 } from '@chainloop/attestation/digest'
import type { ContainerImage } from '@chainloop/attestation/materials/material'
import { parseContent } from '@chainloop/oci/descriptor'
import { getManifest, headManifest } from '@chainloop/oci/manifests'
import { fullName } from '@chainloop/oci/reference'

import { findSignature } from './find-signature.ts'
import { about } from './image-not-resolved.ts'
import { listPlatforms } from './list-platforms.ts'
import type { RemoteImage } from './open-image.ts'

/** Everything about an image that is recorded. */
export async function describeImage(image: RemoteImage): Promise<ContainerImage> {
  const { reference, repository, manifest, content } = image
  const name = fullName(reference)
  const digest = sha256(manifest.bytes)
  // Beside a digest a tag is decoration: nobody has looked whether it names the same.
  const tag = reference.digest === undefined ? reference.tag : undefined
  const [latest, signature, platforms] = await about(
    name,
    Promise.all([
      tag === 'latest' ? undefined : headManifest(repository, 'latest'),
      findSignature(repository, digest),
      listPlatforms(content, async (inner) =>
        parseContent((await getManifest(repository, inner)).bytes),
      ),
    ]),
  )
  return {
    repository: name,
    digest,
    ...(tag !== undefined && { tag }),
    hasLatestTag: tag === 'latest' || latest?.digest === digest,
    ...(signature && { signature }),
    ...(platforms.length > 0 && { platforms }),
  }
}
