import { readFile } from 'node:fs/promises'

import type { Credentials } from '../auth/credentials.ts'
import { OciError } from '../errors.ts'
import { canonicalHost, DOCKER_HUB } from '../reference.ts'

/** What `config.json` of docker and `auth.json` of podman say about logins. */
export interface ConfigFile {
  readonly path: string
  readonly auths: Readonly<Record<string, unknown>>
  readonly credHelpers: Readonly<Record<string, unknown>>
  readonly credsStore: string | undefined
}

const EMPTY = {} satisfies Record<string, unknown>

/** Undefined: there is no such file. Throws `OciError` (invalid) when it cannot be read. */
export async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  const root = recordOf(await readJson(path))
  if (root === undefined) return undefined
  const { auths, credHelpers, credsStore } = root
  return {
    path,
    auths: recordOf(auths) ?? EMPTY,
    credHelpers: recordOf(credHelpers) ?? EMPTY,
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  }
}

async function readJson(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new OciError('invalid', `${path} cannot be read`, { cause })
  }
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OciError('invalid', `${path} is not JSON`, { cause })
  }
}

/**
 * The keys under which a login may be filed, the best first: podman has logins per namespace, docker has the address
 * of Docker Hub's first version.
 */
export function keysFor(registry: string, repository = ''): readonly string[] {
  const parts = repository.split('/').filter((part) => part !== '')
  const hosts = registry === DOCKER_HUB ? [registry, 'docker.io'] : [registry]
  const namespaces = parts
    .map((_, index) => parts.slice(0, parts.length - index).join('/'))
    .flatMap((path) => hosts.map((host) => `${host}/${path}`))
  return [...namespaces, ...hosts]
}

/** The login that the file holds itself. */
export function loginIn(file: ConfigFile, keys: readonly string[]): Credentials | undefined {
  const filed = Object.entries(file.auths).map(([key, value]) => [plainKey(key), value] as const)
  for (const key of keys) {
    for (const [, value] of filed.filter(([name]) => name === key)) {
      const login = decode(recordOf(value))
      if (login !== undefined) return login
    }
  }
  return undefined
}

/** Without scheme and the paths of the API: `https://index.docker.io/v1/` → `index.docker.io`. */
function plainKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  return bare.includes('/') ? bare : canonicalHost(bare)
}

function decode(entry: Record<string, unknown> | undefined): Credentials | undefined {
  if (entry === undefined) return undefined
  const { identitytoken, registrytoken, auth, username, password } = entry
  if (isText(identitytoken)) return { identityToken: identitytoken }
  if (isText(registrytoken)) return { registryToken: registrytoken }
  if (isText(username) && isText(password)) return { username, password }
  return isText(auth) ? decodeAuth(auth) : undefined
}

function decodeAuth(auth: string): Credentials | undefined {
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = decoded.indexOf(':')
  if (colon < 1) return undefined
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
