import { join } from 'node:path'

import { createHealth, type Health } from '@chainloop/kit/health'
import { keySet } from '@chainloop/kit/key-set'
import { createLogger, type Logger } from '@chainloop/kit/logger'
import { createMetrics } from '@chainloop/kit/metrics'
import { type TokenVerifier, tokenVerifier } from '@chainloop/kit/tokens'
import type { Registry } from 'prom-client'

import { cachedSecrets } from './backends/backend-secrets.ts'
import { createFilesystemProvider } from './backends/filesystem/filesystem.ts'
import { openRemoteProviders } from './backends/remote-providers.ts'
import { type Storage, storage } from './backends/storage.ts'
import type { Config } from './config.ts'
import { createEvents, type Events } from './events.ts'
import { createHashPool, type HashPool } from './hashing/hash-pool.ts'
import { createForwarding, type Forwarding } from './http/forward.ts'
import { controlPlane } from './rpc/control-plane.ts'
import { createReceipts } from './rpc/receipt-client.ts'
import { createBackendSecrets } from './rpc/secret-client.ts'
import { openOwners, type Owners } from './uploads/owners.ts'
import { createUploads, type Uploads } from './uploads/progress.ts'
import type { Receipts } from './uploads/receipts.ts'
import { createUploadSessions, type UploadSessions } from './uploads/sessions.ts'
import { VERSION } from './version.ts'

export interface Context {
  readonly config: Config
  readonly events: Events
  readonly forwarding: Forwarding
  readonly health: Health
  readonly log: Logger
  readonly owners: Owners
  readonly pool: HashPool
  readonly receipts: Receipts
  readonly registry: Registry
  readonly storage: Storage
  readonly sessions: UploadSessions
  readonly uploads: Uploads
  readonly verifier: TokenVerifier
}

export interface ContextDependencies {
  readonly log?: Logger
}

const AUDIENCE = 'artifact-cas.chainloop'

/** The composition root: the only place that knows which implementation stands behind each name. */
export async function createContext(
  config: Config,
  { log = createLogger({ name: 'artifact-cas' }) }: ContextDependencies = {},
): Promise<Context & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const registry = createMetrics({ service: 'artifact-cas', version: VERSION })
  const keys = keySet({ url: config.jwksUrl })
  const pool = stack.use(createHashPool(config.hashWorkers))
  const filesystem = stack.use(await createFilesystemProvider(join(config.dataDir, 'cas'), pool))
  const remote = stack.use(await openRemoteProviders(config, pool))
  const health = createHealth({
    checks: { storage: filesystem.check, 'signing keys': () => keys.ensure() },
  })

  const events = createEvents(registry)
  const control = controlPlane(config)
  const receipts = createReceipts(control, log)
  const backends = storage(
    [filesystem, ...remote.providers],
    cachedSecrets(createBackendSecrets(control)),
  )
  const owners = stack.use(await openOwners(config, log))
  const sessions = stack.use(
    createUploadSessions({ config, events, owners, receipts, storage: backends }),
  )

  const open = stack.move()
  return {
    config,
    events,
    forwarding: createForwarding(config.internalToken),
    health,
    log,
    owners,
    pool,
    receipts,
    registry,
    sessions,
    storage: backends,
    uploads: createUploads(),
    verifier: tokenVerifier({ keys, issuer: config.issuer, audience: AUDIENCE }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
