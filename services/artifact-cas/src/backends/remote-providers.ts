import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { createGuardedAgents } from '@chainloop/kit/egress/guarded-agent'

import type { Config } from '../config.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import type { BlobProvider, ProviderId } from './backend.ts'
import { ownIdentity } from './remote/own-identity.ts'
import { createPartBuffers } from './remote/part-buffers.ts'
import type { RemoteDeps } from './remote/remote-deps.ts'

export interface RemoteProviders extends AsyncDisposable {
  readonly providers: readonly BlobProvider[]
}

/** S3 takes no smaller parts than 5 MiB (but the last), and at most 10,000 of them. */
const PART_BYTES = 8 << 20

/** All storage that is reached over the network. */
export async function openRemoteProviders(
  config: Pick<
    Config,
    'dataDir' | 'egressAllow' | 'ownIdentityLocations' | 'storageTimeout' | 'transferMemory'
  >,
  pool: HashPool,
): Promise<RemoteProviders> {
  const directory = join(config.dataDir, 'spool')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const agents = createGuardedAgents({ allow: config.egressAllow })
  const count = Math.max(1, Math.floor(config.transferMemory / PART_BYTES))
  const deps: RemoteDeps = {
    pool,
    directory,
    agents,
    buffers: createPartBuffers(count, PART_BYTES),
    ownIdentity: ownIdentity(config.ownIdentityLocations),
    timeoutMs: config.storageTimeout,
    retryDelayMs: 200,
  }
  const allow = config.egressAllow
  const providers = [
    lazyProvider('AWS-S3', async () => (await import('./s3/s3.ts')).s3Provider(deps)),
    lazyProvider('AzureBlob', async () => (await import('./azure/azure.ts')).azureProvider(deps)),
    lazyProvider('GCS', async () => (await import('./gcs/gcs.ts')).gcsProvider(deps)),
    lazyProvider('OCI', async () =>
      (await import('./oci/oci.ts')).ociProvider({ ...deps, allow, env: process.env }),
    ),
  ]
  return {
    providers,
    async [Symbol.asyncDispose]() {
      agents[Symbol.dispose]()
      await Promise.all(providers.map((provider) => provider[Symbol.asyncDispose]()))
    },
  }
}

/** The clouds' libraries take 50 MB each, and a second to load: they come when the first blob does. */
function lazyProvider(id: ProviderId, load: () => Promise<BlobProvider>): BlobProvider {
  let loaded: Promise<BlobProvider> | undefined
  return {
    id,
    async open(place) {
      loaded ??= load()
      return (await loaded).open(place)
    },
    check: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      const provider = await loaded
      await provider?.[Symbol.asyncDispose]()
    },
  }
}
