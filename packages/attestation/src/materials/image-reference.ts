import { parseDigest } from '../digest.ts'
import type { Digest } from '../digest.ts'

/** A reference to a container image, spelled out. */
export interface ImageReference {
  /** `index.docker.io/library/nginx`. */
  readonly repository: string
  /** Absent where a digest was given without one; otherwise `latest` by default. */
  readonly tag?: string
  readonly digest?: Digest
}

const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?$|^\[[0-9a-fA-F:]+\](?::[0-9]{1,5})?$/
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const DOCKER_HUB = 'index.docker.io'
/** The tag is behind the last colon that no slash follows. */
const REFERENCE =
  /^(?<name>[^@]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/
const MAX_LENGTH = 512

/** `[registry/]repository[:tag][@sha256:…]`, as the OCI distribution specification has it; undefined if it is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const { name, tag, digest } = REFERENCE.exec(text)?.groups ?? {}
  const repository = repositoryOf(name ?? '')
  if (repository === undefined) return undefined
  const known = tag ?? (digest === undefined ? 'latest' : undefined)
  return {
    repository,
    ...(known !== undefined && { tag: known }),
    ...(digest !== undefined && { digest: parseDigest(digest) }),
  }
}

function repositoryOf(name: string): string | undefined {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost'
  const host = isHost ? first : DOCKER_HUB
  const path = isHost ? name.slice(slash + 1) : name
  if (!HOST.test(host) || !PATH.test(path)) return undefined
  const registry = host === 'docker.io' ? DOCKER_HUB : host
  return registry === DOCKER_HUB && !path.includes('/')
    ? `${registry}/library/${path}`
    : `${registry}/${path}`
}

/** The name of an image without tag and digest, as it was spelled. */
export function withoutTag(name: string): string {
  const named = name.split('@')[0] ?? name
  return named.replace(/:[^:/]*$/, '')
}
