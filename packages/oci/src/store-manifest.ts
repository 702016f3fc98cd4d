import { MAX_MANIFEST_BYTES } from './descriptor.ts'
import { digestOf, isDigest, matches, type Digest } from './digest.ts'
import { isOciError, OciError } from './errors.ts'
import { manifestPath, otherDigest } from './manifests.ts'
import { scopeOf, type Repository } from './registry.ts'
import { attemptsOf, pause } from './transport/retry.ts'
import { headerOf, type Answer } from './transport/send-once.ts'

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

/**
 * Distribution specification §Pushing Manifests. Registries that rewrite their files in place (docker-registry 2.8) do
 * not see a blob for a moment while another upload of it ends, and refuse the manifest (400, 404): it is then sent
 * again, as often as `RegistryOptions.retry` says.
 */
export async function storeManifest(
  repository: Repository,
  upload: ManifestUpload,
): Promise<StoredManifest> {
  const { reference, mediaType, bytes, signal } = upload
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new OciError('too_large', `a manifest of more than ${MAX_MANIFEST_BYTES} bytes`)
  }
  const digest = isDigest(reference) ? reference : digestOf(bytes)
  if (!matches(digest, bytes)) throw new OciError('mismatch', `the manifest is not ${digest}`)
  const answer = await settled(repository, upload, () =>
    repository.registry.send({
      method: 'PUT',
      path: manifestPath(repository, reference),
      expected: [201],
      scopes: [scopeOf(repository.name, 'pull,push')],
      headers: { 'content-type': mediaType },
      body: bytes,
      signal,
    }),
  )
  await answer.discard()
  const stored = headerOf(answer, 'docker-content-digest')
  if (stored !== undefined && stored !== digest) throw otherDigest(digest, stored)
  return { digest, listed: headerOf(answer, 'oci-subject') !== undefined }
}

async function settled(
  { registry }: Repository,
  { signal }: ManifestUpload,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const tries = attemptsOf(registry.retry)
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send()
    } catch (cause) {
      const isUnsettled = isOciError(cause, 'invalid') || isOciError(cause, 'not_found')
      if (!isUnsettled || attempt + 1 >= tries) throw cause
      await pause({ ...registry.retry, attempt }, signal)
    }
  }
}
