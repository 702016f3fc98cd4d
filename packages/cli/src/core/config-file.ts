import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

import { Refused } from './exit.ts'

/** What the TOML file may say. */
export interface ConfigFile {
  readonly controlPlane?: string | undefined
  readonly controlPlaneCa?: string | undefined
  readonly artifactCas?: string | undefined
  readonly artifactCasCa?: string | undefined
  readonly insecure?: boolean | undefined
  readonly organization?: string | undefined
  readonly token?: string | undefined
  /** Of the session that the token belongs to. */
  readonly refreshToken?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

export function defaultConfigPath(env: Environment): string {
  const home = env['HOME'] ?? homedir()
  const platform =
    process.platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : join(home, '.config')
  return join(env['XDG_CONFIG_HOME'] || platform, 'chainloop', 'config.toml')
}

/** A file that is not there says nothing. Rejects with `Refused` when it is not TOML. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let source: string
  try {
    source = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return {}
    throw cause
  }
  const { parse } = await import('smol-toml')
  try {
    return fromToml(parse(source))
  } catch (cause) {
    throw new Refused(
      `${path} is not valid: ${firstLine(cause)}`,
      'repair it, or `chainloop config reset`',
    )
  }
}

function firstLine(cause: unknown): string {
  return String((cause as { message?: unknown }).message ?? cause).split('\n')[0] ?? ''
}

type Toml = Readonly<Record<string, unknown>>

/** Keys are read in any case, as existing files have them. */
function fromToml(document: Toml): ConfigFile {
  const top = lowerKeys(document)
  const controlPlane = lowerKeys(top['control-plane'])
  const artifactCas = lowerKeys(top['artifact-cas'])
  const auth = lowerKeys(top['auth'])
  return {
    controlPlane: asText(controlPlane['api']),
    controlPlaneCa: asText(controlPlane['api-ca']),
    artifactCas: asText(artifactCas['api']),
    artifactCasCa: asText(artifactCas['api-ca']),
    insecure: asFlag(top['api-insecure']),
    organization: asText(top['organization']),
    token: asText(auth['token']),
    refreshToken: asText(auth['refresh-token']),
  }
}

function lowerKeys(value: unknown): Toml {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner]))
}

function asText(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value || undefined
  throw new TypeError(`expected text, found ${JSON.stringify(value)}`)
}

function asFlag(value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw new TypeError(`expected true or false, found ${JSON.stringify(value)}`)
}

/** Replaces the file as a whole; mode 0600, because it may hold a token. */
export async function writeConfigFile(path: string, config: ConfigFile): Promise<void> {
  const { stringify } = await import('smol-toml')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, stringify(toToml(config)), { mode: 0o600 })
  await rename(temporary, path)
}

function toToml(config: ConfigFile): Record<string, unknown> {
  return present({
    'api-insecure': config.insecure,
    organization: config.organization,
    'control-plane': present({ API: config.controlPlane, 'api-ca': config.controlPlaneCa }),
    'artifact-cas': present({ API: config.artifactCas, 'api-ca': config.artifactCasCa }),
    auth: present({ token: config.token, 'refresh-token': config.refreshToken }),
  })
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === 'object' && Object.keys(value ?? {}).length === 0),
    ),
  )
}

export async function removeConfigFile(path: string): Promise<void> {
  await rm(path, { force: true })
}
