import { parseImageReference } from '@chainloop/attestation/materials/image-reference'
import type { ContainerImage } from '@chainloop/attestation/materials/material'

import { findLogin } from './docker-config.ts'
import { ImageNotResolved, openRepository, type Repository } from './registry.ts'

/**
 * Asks the registry which bytes a reference names. Rejects with `ImageNotResolved` or
 * `HttpUnavailable`.
 */
export async function resolveImage(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ContainerImage> {
  const image = parseImageReference(reference)
  if (image === undefined) {
    throw new ImageNotResolved(`${JSON.stringify(reference)} is not the reference of an image`)
  }
  const source = openRepository(image.repository, await findLogin(hostOf(image.repository), env))
  const digest = await source.resolve(image.digest ?? image.tag ?? 'latest')
  return {
    repository: image.repository,
    digest,
    tag: image.tag,
    hasLatestTag: image.tag === 'latest' || (await latestOf(source)) === digest,
  }
}

function hostOf(repository: string): string {
  return repository.slice(0, repository.indexOf('/'))
}

async function latestOf(source: Repository): Promise<string | undefined> {
  try {
    return await source.resolve('latest')
  } catch (cause) {
    if (cause instanceof ImageNotResolved) return undefined
    throw cause
  }
}
