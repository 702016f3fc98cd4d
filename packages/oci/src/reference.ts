import { isDigest, type Digest } from './digest.ts'

/** `[registry/]repository[:tag][@digest]`, spelled out. */
export interface Reference {
  /** Host and port; `index.docker.io` for Docker Hub. */
  readonly registry: string
  /** `library/nginx` */
  readonly repository: string
  /** `latest` where neither tag nor digest was given. */
  readonly tag?: string
  readonly digest?: Digest
}

/** Docker Hub, in the names of images and in the files with logins. */
export const DOCKER_HUB = 'index.docker.io'

const HOST =
  /^(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i
/** Distribution specification §Pulling manifests: `<name>`. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const MAX_LENGTH = 512

/** As docker reads it; undefined if it is none. */
export function parseReference(text: string): Reference | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const [, named = '', digest] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? []
  const { name, tag } = splitTag(named)
  const place = placeOf(name)
  const isVersion = isOptional(digest, isDigest) && isOptional(tag, isTag)
  if (place === undefined || !isVersion) return undefined
  return { ...place, ...versionOf(tag, digest) }
}

function isOptional(text: string | undefined, is: (text: string) => boolean): boolean {
  return text === undefined || is(text)
}

function versionOf(
  tag: string | undefined,
  digest: string | undefined,
): Pick<Reference, 'tag' | 'digest'> {
  if (!isDigest(digest)) return { tag: tag ?? 'latest' }
  return tag === undefined ? { digest } : { tag, digest }
}

export function isTag(text: string): boolean {
  return TAG.test(text)
}

export function isRepositoryName(text: string): boolean {
  return text.length <= 255 && NAME.test(text)
}

export function isRegistryHost(text: string): boolean {
  return HOST.test(text)
}

/** The tag is behind the last colon that no slash follows. */
function splitTag(named: string): { name: string; tag?: string } {
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/')
    ? { name: named.slice(0, colon), tag: named.slice(colon + 1) }
    : { name: named }
}

function placeOf(name: string): Pick<Reference, 'registry' | 'repository'> | undefined {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost'
  const registry = isHost ? canonicalHost(first) : DOCKER_HUB
  const path = isHost ? name.slice(slash + 1) : name
  if (!isRegistryHost(registry) || !isRepositoryName(path)) return undefined
  const official = registry === DOCKER_HUB && !path.includes('/')
  return { registry, repository: official ? `library/${path}` : path }
}

/** Docker Hub has three names for the same thing. */
export function canonicalHost(host: string): string {
  return host === 'docker.io' || host === 'registry-1.docker.io' ? DOCKER_HUB : host
}

/** `registry/repository`, without tag and digest. */
export function fullName({
  registry,
  repository,
}: Pick<Reference, 'registry' | 'repository'>): string {
  return `${registry}/${repository}`
}
