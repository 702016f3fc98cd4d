import { digestOf } from '@chainloop/oci/digest'
import { putManifest } from '@chainloop/oci/put-manifest'
import type { Repository } from '@chainloop/oci/registry'
import { uploadBlob } from '@chainloop/oci/uploads/upload-blob'

import type { BlobInfo, Bytes, DeclaredBlob, Stored } from '../backend.ts'
import { assertDeclared } from '../refusals.ts'
import { createSpool, type Spool, type SpoolDeps } from '../remote/spool.ts'
import { ociError } from './errors.ts'
import { configFor, MANIFEST_TYPE, manifestFor, TAG } from './layout.ts'

export interface OciPut {
  readonly repository: Repository
  readonly blob: DeclaredBlob
  readonly bytes: Bytes
  /** What is there already. */
  readonly stat: () => Promise<BlobInfo | undefined>
}

/**
 * Streams the bytes into an upload while they arrive. Its last block goes only after digest and size were compared, so
 * that the registry never has a whole blob that is a wrong one; the manifest, which makes it visible, follows. Known
 * blobs are sent all the same: who may not know of them must not see it in the time it takes.
 */
export async function putBlob(deps: SpoolDeps, { blob, ...put }: OciPut): Promise<Stored> {
  await using spool = createSpool(deps, put.bytes)
  const verified = async (): Promise<number> => {
    const found = await spool.found
    assertDeclared(blob, found)
    return found.size
  }
  const [before] = await Promise.all([put.stat(), spool.arrived(1)])
  // Sizes that nobody declared are known in the end; the registry wants them first.
  const announced = blob.size ?? (await verified())
  await upload(put.repository, { ...blob, size: announced }, outflow(spool, announced, verified))
  const size = await verified()
  const existed = before?.size === size
  await describe(put.repository, { ...blob, name: before?.name ?? blob.name, size }, existed)
  return { size, existed }
}

async function upload(
  repository: Repository,
  { digest, size }: DeclaredBlob & { readonly size: number },
  content: () => Bytes,
): Promise<void> {
  try {
    await uploadBlob(repository, { digest, size, content, verify: false })
  } catch (cause) {
    throw ociError(cause)
  }
}

const BLOCK_BYTES = 256 << 10

/** From the beginning, as often as it is asked for. */
function outflow(spool: Spool, size: number, verified: () => Promise<number>): () => Bytes {
  return async function* () {
    for (let at = 0; at < size;) {
      const block = new Uint8Array(Math.min(BLOCK_BYTES, size - at))
      const count = await spool.read(block, at)
      at += count
      if (count < block.byteLength || at >= size) await verified()
      yield block
    }
    await verified()
  }
}

/** What makes the blob visible. A known one is described already. */
async function describe(
  repository: Repository,
  blob: DeclaredBlob & { readonly size: number },
  existed: boolean,
): Promise<void> {
  if (existed) return
  try {
    const content = configFor(blob.digest)
    const config = { digest: digestOf(content), size: content.byteLength }
    await uploadBlob(repository, { ...config, content })
    const bytes = manifestFor(blob, config, new Date())
    const manifest = { reference: TAG, mediaType: MANIFEST_TYPE, bytes }
    await putManifest(repository, manifest)
  } catch (cause) {
    throw ociError(cause)
  }
}
