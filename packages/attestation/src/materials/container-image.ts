import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { parseImageReference } from './image-reference.ts'
import type { ImageReference } from './image-reference.ts'
import type { ContainerImage } from './material.ts'

/** An image by its reference. Which digest it has is for the caller's registry client to say. */
export const containerImage: Crafter = {
  async inspect({ value, image }) {
    const reference = value === undefined ? undefined : parseImageReference(value)
    if (!reference) throw refusal(`${JSON.stringify(value ?? '')} is not a reference to an image`)
    if (!image) throw refusal(`the image ${value ?? ''} was not found in its registry`)
    assertResolved(reference, image)
    return { annotations: {} }
  },
}

/** What was resolved is what was asked for. */
function assertResolved(reference: ImageReference, image: ContainerImage): void {
  if (image.repository !== reference.repository) {
    throw refusal(`the reference names ${reference.repository}, not ${image.repository}`)
  }
  if (reference.digest !== undefined && image.digest !== reference.digest) {
    throw refusal(`the reference names ${reference.digest}, the registry has ${image.digest}`)
  }
}

function refusal(message: string): InvalidMaterial {
  return new InvalidMaterial('CONTAINER_IMAGE', message)
}
