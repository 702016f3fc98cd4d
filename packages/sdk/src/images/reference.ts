import { isDigest, type Digest } from '@chainloop/attestation/digest'

/** Where an image is, fully qualified. */
export interface ImageReference {
  /** Host that serves the API. */
  readonly host: string
  /** `library/nginx` */
  readonly path: string
  /** `index.docker.io/library/nginx`: the name that is recorded. */
  readonly repository: string
  readonly tag?: string | undefined
  readonly digest?: Digest | undefined
}

export class InvalidReference extends Error {
  override readonly name = 'InvalidReference'
}

const DOCKER_HUB = 'index.docker.io'
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/

/** Reads `[host[:port]/]path[:tag][@sha256:…]`; without tag and digest the tag is `latest`. */
export function parseReference(reference: string): ImageReference {
  const { name, digest } = splitDigest(reference)
  const { host, rest } = splitHost(name)
  const [, path = '', tag] = /^([^:]*)(?::(.*))?$/s.exec(rest) ?? []
  if (!isPath(path) || !TAG.test(tag ?? 'latest')) refuse(reference)

  const full = host === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path
  const named = { host, path: full, repository: `${host}/${full}` }
  return digest === undefined ? { ...named, tag: tag ?? 'latest' } : { ...named, tag, digest }
}

function isPath(path: string): boolean {
  return path.length <= 255 && PATH.test(path)
}

function splitDigest(reference: string): { name: string; digest?: Digest } {
  const at = reference.indexOf('@')
  if (at === -1) return { name: reference }
  const digest = reference.slice(at + 1)
  return isDigest(digest) ? { name: reference.slice(0, at), digest } : refuse(reference)
}

function refuse(reference: string): never {
  throw new InvalidReference(`${JSON.stringify(reference)} is not the reference of an image`)
}

/** The first part is a host when it looks like one: with a dot, a port, or `localhost`. */
function splitHost(name: string): { host: string; rest: string } {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const isHost = /^(?:localhost|[\w-]+(?:\.[\w-]+)+|\[[0-9a-f:]+\])(?::\d+)?$|^[\w-]+:\d+$/i.test(
    first,
  )
  if (!isHost) return { host: DOCKER_HUB, rest: name }
  const host = first === 'docker.io' ? DOCKER_HUB : first
  return { host, rest: name.slice(slash + 1) }
}
