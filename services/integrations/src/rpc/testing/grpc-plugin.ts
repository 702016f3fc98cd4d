import { fileURLToPath } from 'node:url'

import {
  type GrpcObject,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
  type ServiceClientConstructor,
  loadPackageDefinition,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export interface GrpcPlugin extends AsyncDisposable {
  readonly address: string
  /** What health checks are answered. */
  health: 'SERVING' | 'NOT_SERVING'
}

/** A plugin as somebody else would serve it: from the proto files, with a library that knows nothing of us. */
export async function startGrpcPlugin(
  implementation: UntypedServiceImplementation,
): Promise<GrpcPlugin> {
  const server = new Server()
  server.addService(serviceOf('integrations/v1/plugin_service.proto'), implementation)
  let health: GrpcPlugin['health'] = 'SERVING'
  server.addService(serviceOf('grpc/health/v1/health.proto'), {
    check: (_call: unknown, answer: (error: null, value: object) => void) =>
      answer(null, { status: health }),
    watch: () => undefined,
  })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  )
  const port = await promise
  return {
    address: `grpc://127.0.0.1:${port}`,
    get health() {
      return health
    },
    set health(status) {
      health = status
    },
    async [Symbol.asyncDispose]() {
      server.forceShutdown()
      await Promise.resolve()
    },
  }
}

function serviceOf(file: string): ServiceClientConstructor['service'] {
  const folder = fileURLToPath(new URL('../../../../../proto/src', import.meta.url))
  const loaded = loadPackageDefinition(
    loadSync(file, { includeDirs: [folder], enums: String, defaults: true, keepCase: true }),
  )
  const found = find(
    loaded,
    file.includes('health') ? 'grpc.health.v1.Health' : 'integrations.v1.PluginService',
  )
  return found.service
}

function find(loaded: GrpcObject, name: string): ServiceClientConstructor {
  const found = name.split('.').reduce<unknown>((at, part) => Reflect.get(Object(at), part), loaded)
  if (typeof found === 'function') return found as unknown as ServiceClientConstructor
  throw new Error(`no ${name}`)
}
