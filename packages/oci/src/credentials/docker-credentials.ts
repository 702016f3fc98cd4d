import { homedir } from 'node:os'
import { join } from 'node:path'

import type { Credentials } from '../auth/credentials.ts'
import { DOCKER_HUB } from '../reference.ts'
import { keysFor, loginIn, readConfigFile, type ConfigFile } from './config-file.ts'
import { askCredentialHelper, type HelperRequest } from './credential-helper.ts'

type Environment = HelperRequest['env']

export interface LoginQuestion {
  readonly registry: string
  /** For podman's logins per namespace. */
  readonly repository?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The login that docker or podman have on this machine: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, then
 * `$REGISTRY_AUTH_FILE`, else `$XDG_RUNTIME_DIR/containers/auth.json` and `~/.config/containers/auth.json`; in each the
 * helper of the registry, the general store, the logins in the file. Undefined: anonymous. Throws `OciError` when a
 * file or a helper does not work.
 */
export async function findDockerLogin(
  env: Environment,
  question: LoginQuestion,
): Promise<Credentials | undefined> {
  for (const path of configFiles(env)) {
    const file = await readConfigFile(path)
    const login = file && (await loginFrom(file, env, question))
    if (login !== undefined) return login
  }
  return undefined
}

function configFiles(env: Environment): readonly string[] {
  const home = env['HOME'] ?? homedir()
  const runtime = env['XDG_RUNTIME_DIR']
  const docker = join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json')
  const named = env['REGISTRY_AUTH_FILE']
  if (named !== undefined) return [docker, named]
  const config = env['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [
    docker,
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(config, 'containers', 'auth.json'),
  ]
}

async function loginFrom(
  file: ConfigFile,
  env: Environment,
  { registry, repository, signal }: LoginQuestion,
): Promise<Credentials | undefined> {
  const names =
    registry === DOCKER_HUB ? [`https://${DOCKER_HUB}/v1/`, DOCKER_HUB, 'docker.io'] : [registry]
  const own = names
    .map((name) => file.credHelpers[name])
    .find((helper) => typeof helper === 'string')
  const helper = own ?? file.credsStore
  if (helper !== undefined && helper !== '') {
    for (const server of names) {
      const login = await askCredentialHelper({ helper, server, env, signal })
      if (login !== undefined) return login
    }
  }
  return own === undefined ? loginIn(file, keysFor(registry, repository)) : undefined
}
