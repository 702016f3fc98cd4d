import { StatusService } from '@chainloop/proto/cas/v1/status'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import { silentLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { standardInterceptors } from '../rpc/standard.ts'
import { clientTracing } from '../rpc/tracing.ts'
import { serve } from '../serve.ts'
import { startTelemetry } from '../start-telemetry.ts'
import { inSpan } from '../trace-context.ts'

/** A program of its own for telemetry.test.ts: asks the server given, or itself when none is. */
await using _telemetry = await startTelemetry(process.env)
const registry = createMetrics({ service: 'child', version: '0', process: false })
await using server = await serve({
  api: {
    port: 0,
    rpc: {
      routes: (router) =>
        void router.service(StatusService, {
          infoz: () => inSpan({ name: 'work' }, async () => ({ version: '1' })),
        }),
      interceptors: standardInterceptors({ log: silentLogger, registry }),
    },
  },
  log: silentLogger,
})
const client = createClient(
  StatusService,
  createGrpcTransport({ baseUrl: server.addresses.api, interceptors: [clientTracing()] }),
)
await inSpan({ name: 'job' }, async () => client.infoz({}))
