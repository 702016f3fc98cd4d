import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { createGuardedAgents } from '@chainloop/kit/egress/guarded-agent'

import type { Config } from '../config.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { azureProvider } from './azure/azure.ts'
import type { BlobProvider } from './backend.ts'
import { gcsProvider } from './gcs/gcs.ts'
import { ociProvider } from './oci/oci.ts'
import { ownIdentity } from './remote/own-identity.ts'
import { createPartBuffers } from './remote/part-buffers.ts'
import type { RemoteDeps } from './remote/remote-deps.ts'
import { s3Provider } from './s3/s3.ts'

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
  const oci = ociProvider({ ...deps, allow, env: process.env })
  const providers = [s3Provider(deps), azureProvider(deps), gcsProvider(deps), oci]
  return {
    providers,
    async [Symbol.asyncDispose]() {
      agents[Symbol.dispose]()
      await Promise.all(providers.map((provider) => provider[Symbol.asyncDispose]()))
    },
  }
}
