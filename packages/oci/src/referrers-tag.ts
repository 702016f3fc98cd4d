import { parseContent, type Descriptor } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { isOciError } from './errors.ts'
import { getManifest } from './manifests.ts'
import { OCI_INDEX } from './media-types.ts'
import type { Registry, Repository } from './registry.ts'
import { storeManifest } from './store-manifest.ts'

interface Addition {
  readonly subject: Digest
  readonly descriptor: Descriptor
  readonly signal?: AbortSignal | undefined
}

/** Distribution specification §Referrers Tag Schema: `sha256-<hex>`, cut to the lengths of a tag. */
export function referrersTag(digest: Digest): string {
  const colon = digest.indexOf(':')
  return `${digest.slice(0, colon).slice(0, 32)}-${digest.slice(colon + 1).slice(0, 64)}`
}

/** The list under the tag; empty without one. */
export async function readReferrersTag(
  repository: Repository,
  subject: Digest,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  try {
    const { bytes } = await getManifest(repository, referrersTag(subject), {
      accept: [OCI_INDEX],
      signal,
    })
    return parseContent(bytes).manifests ?? []
  } catch (cause) {
    if (isOciError(cause, 'not_found')) return []
    throw cause
  }
}

/** What is being written by this process, by registry and tag: one after the other. */
const writing = new WeakMap<Registry, Map<string, Promise<void>>>()

/**
 * Enters one into the list under the tag, beside those that are there. Registries have no way to write only if
 * nothing changed: of two processes that do this at the same moment the later one may drop what the other entered.
 */
export async function addReferrer(repository: Repository, addition: Addition): Promise<void> {
  const { registry, name } = repository
  const queue = writing.get(registry) ?? new Map<string, Promise<void>>()
  writing.set(registry, queue)
  const key = `${name}:${addition.subject}`
  const turn = (queue.get(key) ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => append(repository, addition))
  queue.set(key, turn)
  try {
    await turn
  } finally {
    if (queue.get(key) === turn) queue.delete(key)
  }
}

async function append(
  repository: Repository,
  { subject, descriptor, signal }: Addition,
): Promise<void> {
  const listed = await readReferrersTag(repository, subject, signal)
  if (listed.some(({ digest }) => digest === descriptor.digest)) return
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...listed, descriptor] }
  await storeManifest(repository, {
    reference: referrersTag(subject),
    mediaType: OCI_INDEX,
    bytes: Buffer.from(JSON.stringify(index)),
    signal,
  })
}
