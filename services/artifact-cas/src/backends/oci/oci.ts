import { createGuardedDispatcher } from '@chainloop/kit/egress/guarded-dispatcher'
import type { CredentialsProvider } from '@chainloop/oci/auth/credentials'
import { findDockerLogin } from '@chainloop/oci/credentials/docker-credentials'
import { openRegistry, type RegistryOptions } from '@chainloop/oci/registry'

import { type Digest, hexOf } from '../../digest.ts'
import type { BlobBackend, BlobInfo, BlobProvider, Place } from '../backend.ts'
import { rememberBackends } from '../remote/open-backends.ts'
import type { RemoteDeps } from '../remote/remote-deps.ts'
import { type OciCredentials, parseOciCredentials } from './credentials.ts'
import { listBlobs } from './list-blobs.ts'
import { parseOciLocation } from './location.ts'
import { putBlob } from './put-blob.ts'
import { openBlob } from './read-blob.ts'
import { removeBlob } from './remove-blob.ts'
import { findBlob, repositoryOf, type Shelf } from './shelf.ts'

export interface OciDeps extends Pick<
  RemoteDeps,
  'pool' | 'directory' | 'ownIdentity' | 'timeoutMs' | 'retryDelayMs'
> {
  /** What outgoing connections may reach. */
  readonly allow: readonly string[]
  /** Where the logins of docker are found. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Any registry of the OCI distribution specification. */
export function ociProvider(deps: OciDeps): BlobProvider {
  const dispatcher = createGuardedDispatcher({ allow: deps.allow })
  return {
    id: 'OCI',
    open: rememberBackends(async (place) =>
      ociBackend(deps, await openShelf({ ...deps, dispatcher }, place)),
    ),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

async function openShelf(
  deps: OciDeps & Pick<RegistryOptions, 'dispatcher'>,
  place: Place,
): Promise<Shelf> {
  const given = parseOciCredentials(await place.credentials())
  const { host, path, insecure } = parseOciLocation(given.repo ?? place.location)
  const { timeoutMs, retryDelayMs, dispatcher } = deps
  const login = loginOf(given)
  const isOurs = login === undefined && deps.ownIdentity.allows('OCI', place)
  const registry = openRegistry(host, {
    retry: { attempts: 4, baseMs: retryDelayMs },
    timeouts: { headersTimeoutMs: timeoutMs, bodyTimeoutMs: timeoutMs },
    ...(dispatcher && { dispatcher }),
    ...(insecure !== undefined && { insecure }),
    ...(login && { credentials: login }),
    ...(isOurs && {
      credentials: (name, signal) => findDockerLogin(deps.env, { registry: name, signal }),
    }),
  })
  return { registry, path: isOurs ? `${path}/${place.organizationId.toLowerCase()}` : path }
}

/** Undefined: none are given. */
function loginOf({ username, password }: OciCredentials): CredentialsProvider | undefined {
  return username && password ? () => ({ username, password }) : undefined
}

function ociBackend(deps: OciDeps, shelf: Shelf): BlobBackend {
  const stat = async (digest: Digest): Promise<BlobInfo | undefined> => {
    const found = await findBlob(repositoryOf(shelf, digest), digest)
    return found && { digest, size: found.size, name: found.name ?? hexOf(digest) }
  }
  return {
    stat,
    put: (blob, bytes) =>
      putBlob(deps, {
        repository: repositoryOf(shelf, blob.digest),
        blob,
        bytes,
        stat: () => stat(blob.digest),
      }),
    get: (digest, range) => openBlob(repositoryOf(shelf, digest), digest, range),
    remove: (digest) => removeBlob(repositoryOf(shelf, digest), digest),
    list: () => listBlobs(shelf),
  }
}
