import { pagesOf } from '@chainloop/oci/links'
import { openRepository } from '@chainloop/oci/registry'

import type { ListedBlob } from '../backend.ts'
import { unsupportedError } from './errors.ts'
import { digestIn } from './layout.ts'
import { findBlob, repositoryOf, type Shelf } from './shelf.ts'

/** By the catalog, which not every registry has, or not for everybody. Blobs without a time were stored long ago. */
export async function* listBlobs(shelf: Shelf): AsyncGenerator<ListedBlob> {
  for await (const name of repositories(shelf)) {
    const digest = digestIn(shelf.path, name)
    const found = digest && (await findBlob(repositoryOf(shelf, digest), digest))
    if (found) yield { digest, size: found.size, storedAt: found.storedAt ?? new Date(0) }
  }
}

/** Docker registry HTTP API V2 §Listing Repositories; the OCI specification has no catalog. */
async function* repositories({ registry, path }: Shelf): AsyncGenerator<string> {
  try {
    const pages = pagesOf(openRepository(registry, path), {
      path: '_catalog?n=1000',
      expected: [200],
      scope: 'registry:catalog:*',
    })
    for await (const { bytes } of pages) {
      const { repositories: names } = JSON.parse(bytes.toString()) as { repositories?: unknown }
      if (Array.isArray(names)) yield* names.filter((name) => typeof name === 'string')
    }
  } catch (cause) {
    throw unsupportedError('list its repositories', cause)
  }
}
