import { parseContent } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { addReferrer } from './referrers-tag.ts'
import type { Repository } from './registry.ts'
import { storeManifest, type ManifestUpload } from './store-manifest.ts'

export type { ManifestUpload } from './store-manifest.ts'

/**
 * Distribution specification §Pushing Manifests; what the manifest refers to has to be there already. One with a
 * `subject` is entered into the list of referrers, too, where the registry does not keep it itself (§Pushing
 * Manifests with Subject). Throws `OciError`.
 */
export async function putManifest(repository: Repository, upload: ManifestUpload): Promise<Digest> {
  const { subject, artifactType, config, annotations } = parseContent(upload.bytes)
  const { digest, listed } = await storeManifest(repository, upload)
  if (subject === undefined || listed) return digest

  const type = artifactType ?? config?.mediaType
  await addReferrer(repository, {
    subject: subject.digest,
    signal: upload.signal,
    descriptor: {
      mediaType: upload.mediaType,
      digest,
      size: upload.bytes.length,
      ...(type !== undefined && { artifactType: type }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  })
  return digest
}
