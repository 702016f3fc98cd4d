import { assertDigest, type Digest } from '../digest.ts'
import { OciError } from '../errors.ts'
import { isRepositoryName } from '../reference.ts'
import { scopeOf, type Repository } from '../registry.ts'
import { uploadAt } from './open-upload.ts'

interface Mount {
  readonly digest: Digest
  /** Name of a repository of the same registry that has the blob. */
  readonly from: string
  readonly signal?: AbortSignal
}

/** Distribution specification §Mounting a blob from another repository. False: the registry does not; upload it. */
export async function mountBlob(
  repository: Repository,
  { digest, from, signal }: Mount,
): Promise<boolean> {
  assertDigest(digest)
  if (!isRepositoryName(from)) {
    throw new OciError('invalid', `${JSON.stringify(from)} is not the name of a repository`)
  }
  const { registry, name } = repository
  const answer = await registry.send({
    method: 'POST',
    path: `${name}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`,
    expected: [201, 202],
    scopes: [scopeOf(name, 'pull,push'), scopeOf(from, 'pull')],
    headers: { 'content-length': '0' },
    signal,
  })
  await answer.discard()
  if (answer.status === 201) return true
  // It opened an upload instead, which nobody will finish.
  await uploadAt(repository, answer)
    .cancel()
    .catch(() => undefined)
  return false
}
