import { type Digest, digestOf } from '@chainloop/oci/digest'
import type { ManifestInfo } from '@chainloop/oci/manifests'
import { OCI_EMPTY, OCI_MANIFEST } from '@chainloop/oci/media-types'
import { putManifest } from '@chainloop/oci/put-manifest'
import type { Repository } from '@chainloop/oci/registry'
import { uploadBlob } from '@chainloop/oci/uploads/upload-blob'

export interface Referrer {
  readonly artifactType: string
  readonly digest: Digest
  readonly open: () => AsyncIterable<Uint8Array>
  readonly layer?: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface Place {
  readonly repository: Repository
  readonly subject: ManifestInfo
  readonly signal: AbortSignal
}

const empty = Buffer.from('{}')
const emptyConfig = { mediaType: OCI_EMPTY, digest: digestOf(empty), size: empty.length }

/**
 * OCI image specification, manifest.md §Guidelines for Artifact Usage: the content is the only layer, and the subject says
 * what it is about. The same content makes the same manifest, so pushing it again changes nothing.
 */
export async function pushReferrer(
  { repository, subject, signal }: Place,
  { artifactType, digest, open, layer, annotations }: Referrer,
): Promise<Digest> {
  let size = 0
  async function* counted(): AsyncIterable<Uint8Array> {
    size = 0
    for await (const chunk of open()) {
      size += chunk.length
      yield chunk
    }
  }
  await uploadBlob(repository, { digest: emptyConfig.digest, size: 2, content: empty, signal })
  await uploadBlob(repository, { digest, content: counted, signal })
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: emptyConfig,
    layers: [{ mediaType: artifactType, digest, size, ...(layer && { annotations: layer }) }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations,
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const reference = digestOf(bytes)
  return putManifest(repository, { reference, mediaType: OCI_MANIFEST, bytes, signal })
}
