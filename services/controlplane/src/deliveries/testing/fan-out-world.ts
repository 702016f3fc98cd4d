import { randomBytes } from 'node:crypto'

import { sealingKey } from '@chainloop/kit/secrets/seal'
import type { Kysely } from 'kysely'

import { type BlobStore, BlobUnreadable } from '../../attestations/blob-store.ts'
import { type Actor, createActor } from '../../auth/actor.ts'
import { inTransaction } from '../../db/db.ts'
import type { Queue } from '../../db/queue.ts'
import type { Schema } from '../../db/schema.ts'
import { announcePlugins } from '../../integrations/announce-plugins.ts'
import { attachIntegration } from '../../integrations/attach-integration.ts'
import type { Plugin } from '../../integrations/plugin.ts'
import { registerIntegration } from '../../integrations/register-integration.ts'
import { createPluginTaskQueue } from '../../plugin-tasks/queue.ts'
import { databaseStore } from '../../secrets/database-store.ts'
import { createSecrets, type Secrets } from '../../secrets/secrets.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { openTestQueue } from '../../testing/queue.ts'
import { type TestOrganization, actorOf, insertOrganization } from '../../testing/world.ts'
import { type StoredAttestation, enqueueDeliveries } from '../enqueue-deliveries.ts'
import { createDeliveryQueues } from '../queue.ts'
import { insertWorkflow, storeAttestation } from './rows.ts'

export interface FanOutWorld extends AsyncDisposable {
  readonly db: Kysely<Schema>
  readonly queue: Queue
  readonly config: { readonly deliveryRetryPauseMs: number }
  /** For workers that are processes of their own; absent where the engine is embedded. */
  readonly databaseUrl: string | undefined
  readonly secrets: Secrets
  /** What the artifact CAS has, by digest. */
  readonly artifacts: Map<string, Uint8Array>
  readonly blobs: BlobStore
  readonly organization: TestOrganization
  readonly operator: Actor
  readonly worker: Actor
  readonly workflow: WorkflowIds
  /** Registers the example plugin and attaches it to the workflow. */
  attach(name: string): Promise<string>
  /** Stores an attestation with its deliveries, as `Store` does. */
  store(materials?: readonly object[]): Promise<StoredAttestation>
}

export interface WorkflowIds {
  readonly projectId: string
  readonly workflowId: string
}

export const examplePlugin: Plugin = {
  id: 'example',
  version: '1',
  description: 'an example',
  subscribedMaterials: [],
  validatesRegistration: false,
  validatesAttachment: false,
  registrationSchema: {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri', pattern: '^https?://' },
      apiKey: { type: 'string', minLength: 8, writeOnly: true },
      mode: { type: 'string', enum: ['fast', 'slow'] },
    },
    required: ['url'],
    additionalProperties: false,
  },
  attachmentSchema: {
    type: 'object',
    properties: { label: { type: 'string' } },
    additionalProperties: false,
  },
}

/** An organization with a workflow `shop/build`, the queue, and a plugin that a worker announced. */
export async function openFanOutWorld(): Promise<FanOutWorld> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openTestDatabase())
  const { db } = database
  const queue = stack.use(await openTestQueue(database))
  await createDeliveryQueues(queue)
  await createPluginTaskQueue(queue)
  const organization = await insertOrganization(db, 'acme')
  const workflow = await insertWorkflow(db, organization.id, { project: 'shop', name: 'build' })
  const operator = actorOf(organization, 'operator')
  const worker = workerActor()
  await announcePlugins({ db }, worker, [examplePlugin])
  const secrets = createSecrets([databaseStore([sealingKey(randomBytes(32))])])
  const artifacts = new Map<string, Uint8Array>()
  const open = stack.move()

  return {
    db,
    queue,
    config: { deliveryRetryPauseMs: 10_000 },
    databaseUrl: database.url,
    secrets,
    artifacts,
    blobs: blobsOf(artifacts),
    organization,
    operator,
    worker,
    workflow,
    async attach(name) {
      const settings = { url: 'https://a.example', apiKey: 'top-secret' }
      const registration = { name, pluginId: 'example', description: '', settings }
      await registerIntegration({ db, secrets }, operator, registration)
      const { attachment } = await attachIntegration({ db }, operator, {
        projectName: 'shop',
        workflowName: 'build',
        integrationName: name,
        settings: { label: 'x' },
      })
      return attachment.id
    },
    store: (materials = []) =>
      inTransaction(db, async (tx) => {
        const where = { organizationId: organization.id, ...workflow }
        const stored = await storeAttestation(tx, where, materials)
        await enqueueDeliveries(tx, { queue }, stored)
        return stored
      }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function blobsOf(artifacts: ReadonlyMap<string, Uint8Array>): BlobStore {
  return {
    async *read({ digest }) {
      const bytes = artifacts.get(digest)
      if (!bytes) throw new BlobUnreadable('the artifact CAS answers 503')
      yield bytes
    },
    write: () => Promise.reject(new BlobUnreadable('read only')),
  }
}

export function workerActor(): Actor {
  return createActor({
    kind: 'service',
    id: 'integrations',
    name: 'integrations',
    organizationId: '',
    organizationName: '',
    role: 'service',
    rights: new Set(['internal:deliveries']),
  })
}
