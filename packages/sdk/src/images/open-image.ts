import { parseContent, type Content } from '@chainloop/oci/descriptor'
import { getManifest, type Manifest } from '@chainloop/oci/manifests'
import { parseReference, type Reference } from '@chainloop/oci/reference'
import { openRegistry, openRepository, type Repository } from '@chainloop/oci/registry'
import { isLoopback } from '@chainloop/oci/transport/loopback'
import { EnvHttpProxyAgent, type Dispatcher } from 'undici'

import { findLogin, type Environment } from './find-login.ts'
import { about, asSha256, ImageNotResolved } from './image-not-resolved.ts'

/** What a reference names in its registry. */
export interface RemoteImage {
  readonly reference: Reference
  readonly repository: Repository
  readonly manifest: Manifest
  readonly content: Content
}

/** `oci://` is how helm spells a reference. */
const SCHEME = /^oci:\/\//

/** Rejects with `ImageNotResolved`. */
export async function openImage(typed: string, env: Environment): Promise<RemoteImage> {
  // A chart's version may have a plus, a tag may not: helm replaces it.
  const text = SCHEME.test(typed) ? typed.replace(SCHEME, '').replaceAll('+', '_') : typed
  const reference = parseReference(text)
  if (reference === undefined) {
    throw new ImageNotResolved(
      `${JSON.stringify(typed)} is not the reference of an image, nor a place with an image layout`,
    )
  }
  if (reference.digest !== undefined) asSha256(reference.digest)
  const repository = repositoryOf(reference, env)
  const version = reference.digest ?? reference.tag ?? 'latest'
  return about(
    typed,
    getManifest(repository, version).then((manifest) => ({
      reference,
      repository,
      manifest,
      content: parseContent(manifest.bytes),
    })),
  )
}

function repositoryOf(reference: Reference, env: Environment): Repository {
  const { registry, repository } = reference
  const cleartext = (env['CHAINLOOP_REGISTRY_INSECURE'] ?? '').split(',').map((host) => host.trim())
  // As everybody has it: a proxy is no way to this machine.
  const dispatcher = isLoopback(registry) ? undefined : proxyIn(env)
  const opened = openRegistry(registry, {
    credentials: () => findLogin(reference, env),
    ...(cleartext.includes(registry) && { insecure: true }),
    ...(dispatcher && { dispatcher }),
  })
  return openRepository(opened, repository)
}

function proxyIn(env: Environment): Dispatcher | undefined {
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY']
  const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY']
  const noProxy = env['no_proxy'] ?? env['NO_PROXY']
  if (httpProxy === undefined && httpsProxy === undefined) return undefined
  return new EnvHttpProxyAgent({
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  })
}
