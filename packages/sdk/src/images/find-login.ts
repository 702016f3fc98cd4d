import type { Credentials } from '@chainloop/oci/auth/credentials'
import { findDockerLogin } from '@chainloop/oci/credentials/docker-credentials'
import { canonicalHost, type Reference } from '@chainloop/oci/reference'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The login for a registry: `CHAINLOOP_REGISTRY_{SERVER,USERNAME,PASSWORD}` when they name it, else what docker and
 * podman have. Undefined: anonymous.
 */
export async function findLogin(
  { registry, repository }: Pick<Reference, 'registry' | 'repository'>,
  env: Environment,
): Promise<Credentials | undefined> {
  const { CHAINLOOP_REGISTRY_SERVER: server, CHAINLOOP_REGISTRY_USERNAME: username } = env
  const password = env['CHAINLOOP_REGISTRY_PASSWORD']
  if (server !== undefined && username !== undefined && password !== undefined) {
    if (hostIn(server) === registry) return { username, password }
  }
  return findDockerLogin(env, { registry, repository })
}

function hostIn(server: string): string {
  return canonicalHost(server.replace(/^(?:https?|oci):\/\//, '').replace(/\/.*$/, ''))
}
