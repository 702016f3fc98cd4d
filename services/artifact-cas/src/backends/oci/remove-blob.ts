import { deleteBlob } from '@chainloop/oci/blobs'
import { isOciError } from '@chainloop/oci/errors'
import { deleteManifest, getManifest } from '@chainloop/oci/manifests'
import type { Repository } from '@chainloop/oci/registry'

import type { Digest } from '../../digest.ts'
import { unsupportedError } from './errors.ts'
import { TAG } from './layout.ts'

/** Throws `unimplemented` (STORAGE_UNSUPPORTED) where the registry has no removing. */
export async function removeBlob(repository: Repository, digest: Digest): Promise<void> {
  try {
    const manifest = await getManifest(repository, TAG)
    await deleteManifest(repository, manifest.digest)
    // Without its manifest nobody finds it any more; registries that keep the bytes for a while may.
    await deleteBlob(repository, digest).catch(() => false)
  } catch (cause) {
    if (isOciError(cause, 'not_found')) return
    throw unsupportedError('remove images', cause)
  }
}
