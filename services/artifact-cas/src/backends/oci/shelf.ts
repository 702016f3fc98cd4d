import { conflict } from '@chainloop/kit/errors'
import { isOciError } from '@chainloop/oci/errors'
import { getManifest } from '@chainloop/oci/manifests'
import { openRepository, type Registry, type Repository } from '@chainloop/oci/registry'

import type { Digest } from '../../digest.ts'
import { ociError } from './errors.ts'
import { readManifest, repositoryName, type StoredBlob, TAG } from './layout.ts'

export interface Shelf {
  readonly registry: Registry
  /** Of the repositories, one per blob. */
  readonly path: string
}

export function repositoryOf({ registry, path }: Shelf, digest: Digest): Repository {
  return openRepository(registry, repositoryName(path, digest))
}

export async function findBlob(
  repository: Repository,
  digest: Digest,
): Promise<StoredBlob | undefined> {
  try {
    const { bytes } = await getManifest(repository, TAG)
    const found = readManifest(bytes, digest)
    if (found) return found
  } catch (cause) {
    if (isOciError(cause, 'not_found')) return undefined
    throw ociError(cause)
  }
  throw conflict('there is an image at the place of that digest that Chainloop has not stored', {
    reason: 'FOREIGN_OBJECT',
  })
}
