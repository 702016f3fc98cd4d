import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Login {
  readonly username: string
  readonly password: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The login for a registry: `CHAINLOOP_REGISTRY_{SERVER,USERNAME,PASSWORD}` when they name it, else what
 * docker has (`config.json`, credential helpers). Undefined: anonymous.
 */
export async function findLogin(host: string, env: Environment): Promise<Login | undefined> {
  const { CHAINLOOP_REGISTRY_SERVER: server, CHAINLOOP_REGISTRY_USERNAME: username } = env
  const password = env['CHAINLOOP_REGISTRY_PASSWORD']
  if (server !== undefined && username !== undefined && password !== undefined) {
    if (bare(server) === bare(host)) return { username, password }
  }
  return fromDocker(host, env)
}

async function fromDocker(host: string, env: Environment): Promise<Login | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker')
  const config = await readJson(join(folder, 'config.json'))
  const helper = textAt(config, 'credHelpers', host) ?? textAt(config, 'credsStore')
  for (const name of namesOf(host)) {
    const login = decodeAuth(textAt(config, 'auths', name, 'auth'))
    if (login !== undefined) return login
    const helped = helper === undefined ? undefined : await askHelper(helper, name, env)
    if (helped !== undefined) return helped
  }
  return undefined
}

/** Docker Hub is filed under the address of its first version. */
function namesOf(host: string): readonly string[] {
  return host === 'index.docker.io'
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
    : [host, `https://${host}`, `https://${host}/v2/`]
}

function bare(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return host === 'docker.io' || host === 'registry-1.docker.io' ? 'index.docker.io' : host
}

function decodeAuth(auth: string | undefined): Login | undefined {
  if (auth === undefined) return undefined
  const decoded = Buffer.from(auth, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 1) return undefined
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

/** The protocol of docker-credential-helpers: the server on stdin, JSON on stdout. */
async function askHelper(
  helper: string,
  server: string,
  env: Environment,
): Promise<Login | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return undefined
  try {
    const child = spawn(`docker-credential-${helper}`, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 10_000,
      env: { ...env },
    })
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    child.stdin.end(server)
    const answer: unknown = JSON.parse(await Promise.race([text(child.stdout), failed]))
    const username = textAt(answer, 'Username')
    const password = textAt(answer, 'Secret')
    return username === undefined || password === undefined ? undefined : { username, password }
  } catch {
    return undefined
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return typeof at === 'string' && at !== '' ? at : undefined
}
