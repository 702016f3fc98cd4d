import { parseContent, type Descriptor } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { pagesOf } from './links.ts'
import { readReferrersTag } from './referrers-tag.ts'
import { scopeOf, type Repository } from './registry.ts'

export { referrersTag } from './referrers-tag.ts'

interface Options {
  readonly artifactType?: string
  readonly signal?: AbortSignal
}

/**
 * Distribution specification §Listing Referrers; from the tag of its §Referrers Tag Schema where the registry
 * has no such API. Whether the registry filters or not, only the asked-for type comes back. Throws `OciError`.
 */
export async function listReferrers(
  repository: Repository,
  subject: Digest,
  options: Options = {},
): Promise<readonly Descriptor[]> {
  const { artifactType, signal } = options
  const all =
    (await fromApi(repository, subject, options)) ??
    (await readReferrersTag(repository, subject, signal))
  return artifactType === undefined
    ? all
    : all.filter((descriptor) => descriptor.artifactType === artifactType)
}

/** Undefined: the registry does not have the API. */
async function fromApi(
  repository: Repository,
  subject: Digest,
  { artifactType, signal }: Options,
): Promise<readonly Descriptor[] | undefined> {
  const query =
    artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`
  const pages = pagesOf(repository, {
    path: `${repository.name}/referrers/${subject}${query}`,
    // Registries before 1.1 know the path no better than any other.
    expected: [200, 400, 404, 405],
    scope: scopeOf(repository.name, 'pull'),
    signal,
  })
  const found: Descriptor[] = []
  for await (const { answer, bytes } of pages) {
    if (answer.status !== 200) return undefined
    found.push(...(parseContent(bytes).manifests ?? []))
  }
  return found
}
