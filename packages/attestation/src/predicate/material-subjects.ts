import { hexOf } from '../digest.ts'
import { parsePlatforms, PLATFORMS_ANNOTATION } from '../materials/image-platforms.ts'
import type { ImagePlatform } from '../materials/material.ts'
import type { MaterialDescriptor, Subject } from './predicate.ts'

/**
 * What an output stands for: itself and, if it is an image of several platforms, each of their images, so that
 * who pulled one of them by its digest finds this attestation.
 */
export function materialSubjects(descriptor: MaterialDescriptor): readonly Subject[] {
  const { name = '', digest, annotations } = descriptor
  const platforms = (platformsOf(descriptor) ?? []).map(({ platform, digest: own }) => ({
    name,
    digest: { sha256: hexOf(own) },
    annotations: {
      'chainloop.material.name': annotations['chainloop.material.name'] ?? '',
      'chainloop.material.type': 'CONTAINER_IMAGE',
      'chainloop.material.image.platform': platform,
    },
  }))
  return [{ name, digest, annotations }, ...platforms]
}

/** The images of an image of several platforms; undefined: what the material says about them cannot be read. */
export function platformsOf({
  annotations,
}: MaterialDescriptor): readonly ImagePlatform[] | undefined {
  const text = annotations[PLATFORMS_ANNOTATION]
  if (text === undefined || annotations['chainloop.material.type'] !== 'CONTAINER_IMAGE') return []
  return typeof text === 'string' ? parsePlatforms(text) : undefined
}
