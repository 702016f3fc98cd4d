import { defaultConfigPath, readConfigFile, type ConfigFile } from './config-file.ts'
import { UsageError } from './exit.ts'

/** Where a setting was found: the first of these wins. */
export type Source = 'flag' | 'environment' | 'file' | 'default'

export interface Setting<T> {
  readonly value: T
  readonly source: Source
}

/** The settings of one invocation, from flags, the environment and the config file, in this order. */
export interface Settings {
  readonly configPath: string
  readonly controlPlane: Setting<string | undefined>
  readonly controlPlaneCa: Setting<string | undefined>
  readonly artifactCas: Setting<string | undefined>
  readonly artifactCasCa: Setting<string | undefined>
  readonly insecure: Setting<boolean>
  readonly organization: Setting<string | undefined>
  readonly token: Setting<string | undefined>
  /** Of the session in the config file, when its token is the one that is used. */
  readonly refreshToken: string | undefined
}

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly config?: string | undefined
  readonly controlPlane?: string | undefined
  readonly controlPlaneCa?: string | undefined
  readonly artifactCas?: string | undefined
  readonly artifactCasCa?: string | undefined
  readonly insecure?: boolean | undefined
  readonly org?: string | undefined
  readonly token?: string | undefined
  readonly output?: string | undefined
  readonly debug?: boolean | undefined
  readonly yes?: boolean | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

export async function resolveSettings(flags: GlobalFlags, env: Environment): Promise<Settings> {
  const configPath = flags.config ?? defaultConfigPath(env)
  const file = await readConfigFile(configPath)
  return settle({ flags, env, file, configPath })
}

interface Sources {
  readonly flags: GlobalFlags
  readonly env: Environment
  readonly file: ConfigFile
  readonly configPath: string
}

function settle({ flags, env, file, configPath }: Sources): Settings {
  const token = first(flags.token, env['CHAINLOOP_TOKEN'], file.token)
  return {
    configPath,
    controlPlane: first(flags.controlPlane, env['CHAINLOOP_CONTROL_PLANE_API'], file.controlPlane),
    controlPlaneCa: first(
      flags.controlPlaneCa,
      env['CHAINLOOP_CONTROL_PLANE_API_CA'],
      file.controlPlaneCa,
    ),
    artifactCas: first(flags.artifactCas, env['CHAINLOOP_ARTIFACT_CAS_API'], file.artifactCas),
    artifactCasCa: first(
      flags.artifactCasCa,
      env['CHAINLOOP_ARTIFACT_CAS_API_CA'],
      file.artifactCasCa,
    ),
    insecure: insecure({ flags, env, file, configPath }),
    organization: first(flags.org, env['CHAINLOOP_ORGANIZATION'], file.organization),
    token,
    refreshToken: token.source === 'file' ? file.refreshToken : undefined,
  }
}

function first(
  flag: string | undefined,
  variable: string | undefined,
  file: string | undefined,
): Setting<string | undefined> {
  if (isGiven(flag)) return { value: flag, source: 'flag' }
  if (isGiven(variable)) return { value: variable, source: 'environment' }
  if (isGiven(file)) return { value: file, source: 'file' }
  return { value: undefined, source: 'default' }
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

function insecure({ flags, env, file }: Sources): Setting<boolean> {
  if (flags.insecure !== undefined) return { value: flags.insecure, source: 'flag' }
  const variable = env['CHAINLOOP_API_INSECURE']
  if (isGiven(variable)) return { value: asFlag(variable), source: 'environment' }
  if (file.insecure !== undefined) return { value: file.insecure, source: 'file' }
  return { value: false, source: 'default' }
}

function asFlag(value: string | undefined): boolean {
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new UsageError(`CHAINLOOP_API_INSECURE must be true or false, not ${JSON.stringify(value)}`)
}
