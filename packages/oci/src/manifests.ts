import { MAX_MANIFEST_BYTES } from './descriptor.ts'
import { digestOf, isDigest, matches, type Digest } from './digest.ts'
import { OciError } from './errors.ts'
import { MANIFEST_TYPES } from './media-types.ts'
import { isTag } from './reference.ts'
import { scopeOf, type Repository } from './registry.ts'
import { readBounded } from './transport/read-bounded.ts'
import { headerOf, type Answer } from './transport/send-once.ts'

export interface Manifest {
  /** Exactly as received; the digest is over them. */
  readonly bytes: Buffer
  readonly digest: Digest
  readonly mediaType: string
}

export type ManifestInfo = Pick<Manifest, 'digest' | 'mediaType'> & { readonly size: number }

interface Options {
  /** Default: indexes and manifests of OCI and Docker. */
  readonly accept?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** §Pulling manifests, by tag or digest. Throws `OciError`: not_found, mismatch, too_large … */
export async function getManifest(
  repository: Repository,
  reference: string,
  { accept = MANIFEST_TYPES, signal }: Options = {},
): Promise<Manifest> {
  const answer = await repository.registry.send({
    method: 'GET',
    path: manifestPath(repository, reference),
    expected: [200],
    scopes: [scopeOf(repository.name, 'pull')],
    headers: { accept: accept.join(', ') },
    signal,
  })
  const bytes = await readBounded(answer.body, MAX_MANIFEST_BYTES)
  return { bytes, digest: verifiedDigest(bytes, reference, answer), mediaType: typeOf(answer) }
}

/** §Checking if content exists in the registry; undefined: it does not. */
export async function headManifest(
  repository: Repository,
  reference: string,
  { accept = MANIFEST_TYPES, signal }: Options = {},
): Promise<ManifestInfo | undefined> {
  const answer = await repository.registry.send({
    method: 'HEAD',
    path: manifestPath(repository, reference),
    expected: [200, 404],
    scopes: [scopeOf(repository.name, 'pull')],
    headers: { accept: accept.join(', ') },
    signal,
  })
  await answer.discard()
  if (answer.status === 404) return undefined
  const size = Number(headerOf(answer, 'content-length') ?? Number.NaN)
  const named = headerOf(answer, 'docker-content-digest')
  const digest = isDigest(reference) ? reference : named
  if (!isDigest(digest) || !Number.isSafeInteger(size)) {
    // The header is not mandatory: without it only the bytes tell.
    const manifest = await getManifest(repository, reference, { accept, signal })
    return { digest: manifest.digest, mediaType: manifest.mediaType, size: manifest.bytes.length }
  }
  if (named !== undefined && named !== digest) throw otherDigest(reference, named)
  return { digest, mediaType: typeOf(answer), size }
}

/** §Deleting tags and manifests. False: there was none. */
export async function deleteManifest(
  repository: Repository,
  reference: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const answer = await repository.registry.send({
    method: 'DELETE',
    path: manifestPath(repository, reference),
    expected: [202, 404],
    scopes: [scopeOf(repository.name, 'delete')],
    signal,
  })
  await answer.discard()
  return answer.status === 202
}

export function manifestPath({ name }: Repository, reference: string): string {
  if (!isDigest(reference) && !isTag(reference)) {
    throw new OciError('invalid', `${JSON.stringify(reference)} is neither a tag nor a digest`)
  }
  return `${name}/manifests/${reference}`
}

function verifiedDigest(bytes: Buffer, reference: string, answer: Answer): Digest {
  const named = headerOf(answer, 'docker-content-digest')
  if (isDigest(reference)) {
    if (matches(reference, bytes)) return reference
    throw otherDigest(reference, digestOf(bytes))
  }
  if (isDigest(named) && !matches(named, bytes)) throw otherDigest(named, digestOf(bytes))
  return digestOf(bytes)
}

export function otherDigest(asked: string, got: string): OciError {
  return new OciError('mismatch', `asked for ${asked}, the registry sent a manifest with ${got}`)
}

function typeOf(answer: Answer): string {
  return headerOf(answer, 'content-type')?.split(';')[0]?.trim() ?? ''
}
