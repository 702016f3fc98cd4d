import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

import { equalInConstantTime } from '@chainloop/kit/constant-time'
import { silentLogger } from '@chainloop/kit/logger'
import { bearerToken } from '@chainloop/kit/rpc/bearer'
import { serve } from '@chainloop/kit/serve'
import { DeliveryService, PluginService } from '@chainloop/proto/internal/v1/delivery_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'
import { sql } from 'kysely'

import { attachIntegration } from '../integrations/attach-integration.ts'
import { listPlugins } from '../integrations/list-plugins.ts'
import { registerIntegration } from '../integrations/register-integration.ts'
import { actorKey } from '../rpc/actor-key.ts'
import { internalDeliveryService } from '../rpc/internal-delivery-service.ts'
import { internalPluginService } from '../rpc/internal-plugin-service.ts'
import { TEMPLATE_QUEUE } from '../testing/template.ts'
import type { Delivery } from './delivery.ts'
import { listDeliveries } from './list-deliveries.ts'
import { deliveriesQueue } from './queue.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'
import { startWorkerProcess } from './testing/worker-process.ts'

const onServer = process.env['TEST_DATABASE_URL'] ? test : test.skip
const token = 'internal-token-of-the-integrations-service'

async function serveInternally(world: FanOutWorld): Promise<AsyncDisposable & { url: string }> {
  const server = await serve({
    log: silentLogger,
    graceMs: 1000,
    internal: {
      port: 0,
      rpc: {
        gate({ requestHeader, values }) {
          if (!equalInConstantTime(bearerToken(requestHeader) ?? '', token)) {
            throw new ConnectError('who are you', Code.Unauthenticated)
          }
          values.set(actorKey, world.worker)
        },
        routes(router) {
          router.service(DeliveryService, internalDeliveryService(world))
          router.service(PluginService, internalPluginService(world))
        },
      },
    },
  })
  return {
    url: server.addresses.internal,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Target extends AsyncDisposable {
  readonly url: string
  /** Idempotency key of every request, in their order. */
  readonly keys: string[]
  /** From now on answers at once; what is waiting stays without an answer. */
  answer(): void
}

async function startTarget(): Promise<Target> {
  const keys: string[] = []
  let respond: (res: ServerResponse) => void = () => undefined
  const server = createServer((req, res) => {
    keys.push(String(req.headers['idempotency-key']))
    req.resume()
    respond(res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    keys,
    url: `http://127.0.0.1:${address.port}/`,
    answer() {
      respond = (res) => res.end('ok')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await what())) await pause(50)
}

async function logOf(world: FanOutWorld): Promise<readonly Delivery[]> {
  const all = { runId: '', projectName: '', workflowName: '', integrationName: '', cursor: '' }
  return (await listDeliveries(world, world.operator, { ...all, limit: 100 })).deliveries
}

/** As deploy/helm/chainloop/README.md tells operators. */
async function createWorkerRole({
  db,
  databaseUrl,
}: FanOutWorld): Promise<
  AsyncDisposable & { url: string; canRead(table: string): Promise<boolean> }
> {
  const name = `worker_${randomUUID().replaceAll('-', '')}`
  const [role, schema] = [sql.id(name), sql.id(TEMPLATE_QUEUE)]
  await sql`create role ${role} login`.execute(db)
  await sql`grant usage on schema ${schema} to ${role}`.execute(db)
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(
    db,
  )
  await sql`grant execute on all functions in schema ${schema} to ${role}`.execute(db)
  const url = new URL(databaseUrl ?? '')
  url.username = name
  return {
    url: url.href,
    async canRead(table) {
      const { rows } = await sql<{
        allowed: boolean
      }>`select has_table_privilege(${name}, ${table}, 'select') as allowed`.execute(db)
      return rows[0]?.allowed ?? false
    },
    async [Symbol.asyncDispose]() {
      await sql`drop owned by ${role}`.execute(db)
      await sql`drop role ${role}`.execute(db)
    },
  }
}

async function attachWebhook(world: FanOutWorld, url: string): Promise<void> {
  const { operator } = world
  await until(async () => (await listPlugins(world, operator)).some(({ id }) => id === 'webhook'))
  const webhook = { name: 'hook', pluginId: 'webhook', description: '', settings: { url } }
  await registerIntegration(world, operator, webhook)
  await attachIntegration(world, operator, {
    projectName: 'shop',
    workflowName: 'build',
    integrationName: 'hook',
    settings: {},
  })
}

onServer(
  'a worker that is killed in mid-delivery loses nothing, and the log tells the truth',
  async () => {
    await using world = await openFanOutWorld()
    await using controlPlane = await serveInternally(world)
    await using target = await startTarget()
    const env = {
      DATABASE_URL: world.databaseUrl ?? '',
      CONTROLPLANE_INTERNAL_URL: controlPlane.url,
      CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: token,
      CHAINLOOP_EGRESS_ALLOW: '127.0.0.1',
      INTEGRATIONS_REQUEST_TIMEOUT: '120s',
      INTEGRATIONS_ATTEMPT_TIMEOUT: '120s',
    }
    await world.queue.updateQueue(deliveriesQueue, { retryDelay: 1, retryBackoff: false })
    await using first = startWorkerProcess(env)
    await attachWebhook(world, target.url)
    await world.store()
    await world.store()
    await until(() => target.keys.length === 2)

    await using _second = startWorkerProcess(env)
    target.answer()
    await first.kill()
    await world.store()
    await until(async () => (await logOf(world)).every(({ state }) => state === 'delivered'))

    const [last, ...interrupted] = await logOf(world)
    expect(last?.attempts.map(({ outcome }) => outcome)).toEqual(['delivered'])
    expect(interrupted.map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([
      ['lost', 'delivered'],
      ['lost', 'delivered'],
    ])
    expect(target.keys).toHaveLength(5)
    expect(new Set(target.keys).size).toBe(3)
  },
)

onServer('two workers share the work, and nothing is delivered twice', async () => {
  await using world = await openFanOutWorld()
  await using controlPlane = await serveInternally(world)
  await using target = await startTarget()
  target.answer()
  const env = {
    DATABASE_URL: world.databaseUrl ?? '',
    CONTROLPLANE_INTERNAL_URL: controlPlane.url,
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: token,
    CHAINLOOP_EGRESS_ALLOW: '127.0.0.1',
    INTEGRATIONS_BATCH_SIZE: '2',
  }
  await using _first = startWorkerProcess(env)
  await using _second = startWorkerProcess(env)
  await attachWebhook(world, target.url)

  for (let stored = 0; stored < 40; stored += 1) {
    await world.store()
  }
  await until(async () => (await logOf(world)).every(({ state }) => state === 'delivered'))

  expect(target.keys).toHaveLength(40)
  expect(new Set(target.keys).size).toBe(40)
})

onServer(
  'a worker needs nothing but the queue: its database role sees no table of the tenants',
  async () => {
    await using world = await openFanOutWorld()
    await using controlPlane = await serveInternally(world)
    await using target = await startTarget()
    target.answer()
    await using role = await createWorkerRole(world)
    await using _worker = startWorkerProcess({
      DATABASE_URL: role.url,
      CONTROLPLANE_INTERNAL_URL: controlPlane.url,
      CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: token,
      CHAINLOOP_EGRESS_ALLOW: '127.0.0.1',
    })
    await attachWebhook(world, target.url)

    await world.store()
    await until(async () => (await logOf(world)).every(({ state }) => state === 'delivered'))

    expect(await role.canRead('integrations')).toBe(false)
  },
)
