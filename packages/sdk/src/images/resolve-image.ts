import type { ContainerImage } from '@chainloop/attestation/materials/material'

import { findLogin } from './docker-config.ts'
import { parseReference } from './reference.ts'
import { ImageNotResolved, repository, type Repository } from './registry.ts'

/**
 * Asks the registry which bytes a reference names. Rejects with `InvalidReference`, `ImageNotResolved`
 * or `HttpUnavailable`.
 */
export async function resolveImage(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ContainerImage> {
  const image = parseReference(reference)
  const source = repository(image, await findLogin(image.host, env))
  const digest = await source.resolve(image.digest ?? image.tag ?? 'latest')
  return {
    repository: image.repository,
    digest,
    tag: image.tag,
    hasLatestTag: image.tag === 'latest' || (await latestOf(source)) === digest,
  }
}

async function latestOf(source: Repository): Promise<string | undefined> {
  try {
    return await source.resolve('latest')
  } catch (cause) {
    if (cause instanceof ImageNotResolved) return undefined
    throw cause
  }
}
