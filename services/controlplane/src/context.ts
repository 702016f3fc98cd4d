import type { Coordination } from '@chainloop/kit/coordination/coordination'
import { createMemoryCoordination } from '@chainloop/kit/coordination/memory'
import { createRedisCoordination } from '@chainloop/kit/coordination/redis'
import { createHealth, type Health } from '@chainloop/kit/health'
import { createLogger, type Logger } from '@chainloop/kit/logger'
import { createMetrics } from '@chainloop/kit/metrics'
import type { PGlite } from '@electric-sql/pglite'
import type { Registry } from 'prom-client'

import type { BlobStore } from './attestations/blob-store.ts'
import { createReplicationQueue } from './attestations/replication-queue.ts'
import { createTokens, type Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { Db } from './db/db.ts'
import { migrate } from './db/migrate.ts'
import { type Database, openDatabase } from './db/open-database.ts'
import { openQueue, type Queue } from './db/queue.ts'
import { createDeliveryQueues } from './deliveries/queue.ts'
import { readinessChecks } from './health.ts'
import { createIssuerKeys, type IssuerKeys } from './identities/issuer-keys.ts'
import { loadSealingKeys, type SealingKeys } from './keys/sealing-keys.ts'
import { signingSettings } from './keys/signing-settings.ts'
import { loadTokenKeys, type TokenKeys } from './keys/token-keys.ts'
import { createLimits, type Limits } from './limits.ts'
import { createPluginTaskQueue } from './plugin-tasks/queue.ts'
import { createEvaluationQueue } from './policies/evaluation-queue.ts'
import { createPolicyEvaluator, type PolicyEvaluator } from './policies/policy-evaluator.ts'
import { createDocumentSource, type DocumentSource } from './policy-documents/document-source.ts'
import { readProviders } from './policy-documents/policy-providers.ts'
import { applyInstanceQuotas } from './quotas/manage-quotas.ts'
import { casBlobStore } from './rpc/cas-blob-store.ts'
import { casStorageAccess } from './rpc/cas-storage-access.ts'
import { databaseStore } from './secrets/database-store.ts'
import { openSecretStores } from './secrets/open-secret-stores.ts'
import { createSecrets, type Secrets } from './secrets/secrets.ts'
import { createIdentityProvider, type IdentityProvider } from './sign-in/identity-provider.ts'
import { openSigning, type Signing } from './signing/signing.ts'
import type { StorageAccess } from './storage/storage-access.ts'
import { VERSION } from './version.ts'

/** What use cases may ask for; each takes a `Pick` of it. */
export interface Context {
  readonly config: Config
  readonly db: Db
  readonly log: Logger
  readonly registry: Registry
  readonly health: Health
  readonly queue: Queue
  readonly coordination: Coordination
  readonly limits: Limits
  readonly issuerKeys: IssuerKeys
  readonly documentSource: DocumentSource
  readonly tokenKeys: TokenKeys
  readonly tokens: Tokens
  readonly sealingKeys: SealingKeys
  /** Credentials that organizations have entrusted to us. */
  readonly secrets: Secrets
  /** Credentials that are only tried, wherever the others are kept. */
  readonly trials: Secrets
  readonly storage: StorageAccess
  readonly signing: Signing
  readonly blobs: BlobStore
  readonly policies: PolicyEvaluator
  /** Undefined: people cannot sign in. */
  readonly identityProvider: IdentityProvider | undefined
}

/** What a process that composes several services hands over. */
export interface ContextDependencies {
  /** The embedded engine, when somebody else has opened it and closes it. */
  readonly pglite?: PGlite
  readonly log?: Logger
}

export interface OpenContext extends Context, AsyncDisposable {
  /** The embedded engine of this context, for the queue's workers in the same process. */
  readonly pglite?: PGlite
}

/** The composition root: the only place that knows which implementation stands behind each name. */
export async function createContext(
  config: Config,
  given: ContextDependencies = {},
): Promise<OpenContext> {
  const log = given.log ?? createLogger({ name: 'controlplane' })
  await using stack = new AsyncDisposableStack()

  const keys = await openKeys(config)
  const database = await openMigrated(config, { ...given, log, stack })
  await applyInstanceQuotas(database.db, config)
  const queue = stack.use(
    await openQueue(database, {
      databaseUrl: config.databaseUrl,
      schema: config.queueSchema,
      log,
    }),
  )
  await createDeliveryQueues(queue)
  await createPluginTaskQueue(queue)
  await createReplicationQueue(queue)
  await createEvaluationQueue(queue)
  const coordination = stack.use(openCoordination(config, log))
  const issuerKeys = stack.use(createIssuerKeys(config.egressAllow))
  const documentSource = stack.use(
    createDocumentSource(config.egressAllow, readProviders(config.policyProviders)),
  )
  const policies = stack.use(createPolicyEvaluator(config))

  const open = stack.move()
  return {
    config,
    db: database.db,
    ...(database.pglite ? { pglite: database.pglite } : {}),
    log,
    registry: createMetrics({ service: 'controlplane', version: VERSION }),
    health: createHealth({ checks: readinessChecks(database.db, config) }),
    queue,
    coordination,
    issuerKeys,
    documentSource,
    policies,
    limits: createLimits({ coordination, config }),
    ...keys,
    identityProvider: createIdentityProvider(config),
    blobs: casBlobStore({ tokens: keys.tokens, config }),
    storage: casStorageAccess({ tokens: keys.tokens, config }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function openKeys(
  config: Config,
): Promise<
  Pick<Context, 'tokenKeys' | 'tokens' | 'sealingKeys' | 'secrets' | 'trials' | 'signing'>
> {
  const tokenKeys = await loadTokenKeys(config)
  const sealingKeys = await loadSealingKeys(config)
  return {
    tokenKeys,
    tokens: createTokens(tokenKeys, config.issuer),
    sealingKeys,
    secrets: createSecrets(await openSecretStores(config, sealingKeys)),
    trials: createSecrets([databaseStore(sealingKeys)]),
    signing: await openSigning(signingSettings(config)),
  }
}

function openCoordination({ redisUrl: url }: Config, log: Logger): Coordination {
  return url === undefined ? createMemoryCoordination() : createRedisCoordination({ url, log })
}

async function openMigrated(
  { databaseUrl: url, databasePoolSize: poolSize, dataDir }: Config,
  { pglite, log, stack }: { pglite?: PGlite; log: Logger; stack: AsyncDisposableStack },
): Promise<Database> {
  const database = await open()
  const applied = await migrate(database.db)
  if (applied.length > 0) log.info({ applied }, 'migrations applied')
  return database

  async function open(): Promise<Database> {
    if (pglite) return openDatabase({ pglite })
    if (url !== undefined) return stack.use(await openDatabase({ url, poolSize }))
    if (dataDir === undefined) throw new Error('set DATABASE_URL or CHAINLOOP_DATA_DIR')
    log.warn({ dataDir }, 'the embedded database survives a killed process but not a power loss')
    return stack.use(await openDatabase({ dataDir }))
  }
}
