import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { DescService } from '@bufbuild/protobuf'
import { silentLogger } from '@chainloop/kit/logger'
import { PluginService } from '@chainloop/proto/internal/v1/delivery_service'
import { type Client, createClient, type Interceptor } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import { bootstrap } from '../../bootstrap.ts'
import { readConfig } from '../../config.ts'
import { type ControlPlane, createControlPlane } from '../../server.ts'
import { openTestEngine } from '../../testing/database.ts'

export interface TestControlPlane extends ControlPlane {
  /** An operator of the organization `default`. */
  readonly operator: string
  /** Over a real socket; without a token, anonymous. */
  client<S extends DescService>(
    service: S,
    token?: string,
    headers?: Record<string, string>,
  ): Client<S>
  /** On the internal listener. */
  internal(token: string | undefined): Client<typeof PluginService>
}

/** The whole service on free loopback ports, with an embedded database in memory. */
export async function startTestControlPlane(
  env: Readonly<Record<string, string>> = {},
): Promise<TestControlPlane> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'chainloop-controlplane-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { pglite } = stack.use(await openTestEngine())
  const config = readConfig({ ...TEST_ENV, CHAINLOOP_DATA_DIR: dataDir, ...env })
  const controlPlane = stack.use(await createControlPlane(config, { pglite, log: silentLogger }))
  const operator = (await bootstrap(controlPlane.ctx)) ?? ''
  const open = stack.move()
  return {
    ...controlPlane,
    operator,
    client: (service, token, headers) =>
      clientAt(controlPlane.addresses.api, service, { ...headers, ...bearer(token) }),
    internal: (token) => clientAt(controlPlane.addresses.internal, PluginService, bearer(token)),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const TEST_ENV = {
  CONTROLPLANE_API_PORT: '0',
  CONTROLPLANE_HTTP_PORT: '0',
  CONTROLPLANE_INTERNAL_PORT: '0',
  CONTROLPLANE_METRICS_PORT: '0',
  CONTROLPLANE_EXTERNAL_URL: 'http://controlplane.test',
}

function clientAt<S extends DescService>(
  baseUrl: string,
  service: S,
  headers: Readonly<Record<string, string>>,
): Client<S> {
  return createClient(
    service,
    createGrpcTransport({ baseUrl, interceptors: [withHeaders(headers)] }),
  )
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function withHeaders(headers: Readonly<Record<string, string>>): Interceptor {
  return (next) => (req) => {
    for (const [name, value] of Object.entries(headers)) req.header.set(name, value)
    return next(req)
  }
}
