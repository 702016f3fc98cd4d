import { MAX_MANIFEST_BYTES } from './descriptor.ts'
import { digestOf, isDigest, matches, type Digest } from './digest.ts'
import { OciError } from './errors.ts'
import { manifestPath, otherDigest } from './manifests.ts'
import { scopeOf, type Repository } from './registry.ts'
import { headerOf } from './transport/send-once.ts'

export interface ManifestUpload {
  /** Tag or digest. */
  readonly reference: string
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly signal?: AbortSignal | undefined
}

export interface StoredManifest {
  readonly digest: Digest
  /** Whether the registry said that it has entered the manifest into its list of referrers. */
  readonly listed: boolean
}

/** Distribution specification §Pushing Manifests, one request. */
export async function storeManifest(
  repository: Repository,
  { reference, mediaType, bytes, signal }: ManifestUpload,
): Promise<StoredManifest> {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new OciError('too_large', `a manifest of more than ${MAX_MANIFEST_BYTES} bytes`)
  }
  const digest = isDigest(reference) ? reference : digestOf(bytes)
  if (!matches(digest, bytes)) throw new OciError('mismatch', `the manifest is not ${digest}`)
  const answer = await repository.registry.send({
    method: 'PUT',
    path: manifestPath(repository, reference),
    expected: [201],
    scopes: [scopeOf(repository.name, 'pull,push')],
    headers: { 'content-type': mediaType },
    body: bytes,
    signal,
  })
  await answer.discard()
  const stored = headerOf(answer, 'docker-content-digest')
  if (stored !== undefined && stored !== digest) throw otherDigest(digest, stored)
  return { digest, listed: headerOf(answer, 'oci-subject') !== undefined }
}
