import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { formatPlatforms, PLATFORMS_ANNOTATION } from './image-platforms.ts'
import type { ContainerImage } from './material.ts'

/** An image by its reference. Which digest it has is for the caller's registry client to say. */
export const containerImage: Crafter = {
  async inspect({ value, image }) {
    if (!image) {
      throw new InvalidMaterial(
        'CONTAINER_IMAGE',
        `${JSON.stringify(value ?? '')} names no image that was found`,
      )
    }
    return { annotations: platformAnnotation(image), ...movingTag(image) }
  },
}

function platformAnnotation({ platforms = [] }: ContainerImage): Record<string, string> {
  return platforms.length === 0 ? {} : { [PLATFORMS_ANNOTATION]: formatPlatforms(platforms) }
}

function movingTag({ tag, repository, digest }: ContainerImage): { defects?: readonly string[] } {
  if (tag !== 'latest') return {}
  return {
    defects: [
      `${repository}:latest names another image tomorrow: ${digest} is recorded; a tag of its own would say which it is`,
    ],
  }
}
