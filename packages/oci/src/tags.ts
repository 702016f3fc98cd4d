import { OciError } from './errors.ts'
import { pagesOf } from './links.ts'
import { scopeOf, type Repository } from './registry.ts'

interface Options {
  /** Tags per page; the registry may give fewer. Default: 1000. */
  readonly pageSize?: number
  readonly signal?: AbortSignal
}

/** Distribution specification §Listing Tags, in the order of the registry. Throws `OciError`. */
export async function* listTags(
  repository: Repository,
  { pageSize = 1000, signal }: Options = {},
): AsyncGenerator<string> {
  const pages = pagesOf(repository, {
    path: `${repository.name}/tags/list?n=${pageSize}`,
    expected: [200],
    scope: scopeOf(repository.name, 'pull'),
    signal,
  })
  for await (const { bytes } of pages) yield* tagsIn(bytes)
}

function tagsIn(bytes: Buffer): readonly string[] {
  try {
    const { tags } = JSON.parse(bytes.toString('utf8')) as { tags?: unknown }
    // Null where all tags were deleted.
    if (tags === null || tags === undefined) return []
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags
  } catch {
    // Said below.
  }
  throw new OciError('malformed', 'the registry answered with something else than a list of tags')
}
