import { freePort } from '../lib/free-port.ts'
import { findProgram, startDaemon, temporaryFolder } from './daemon.ts'
import type { RunningServer, ServerKind } from './server.ts'

export const redis: ServerKind = {
  name: 'Redis',
  variable: 'TEST_REDIS_URL',
  debianPackage: 'redis-server',
  docker: { image: 'redis:8', port: 6379, env: [], ready: ['redis-cli', 'ping'] },
  installed,
  urlAt: (host, port) => `redis://${host}:${port}`,
}

async function installed(): Promise<RunningServer | undefined> {
  const program = findProgram('redis-server') ?? findProgram('valkey-server')
  if (program === undefined) return undefined

  await using stack = new AsyncDisposableStack()
  const data = stack.use(temporaryFolder('redis'))
  const port = await freePort()
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    data.path,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  stack.use(await startDaemon({ program, args, port, stopSignal: 'SIGTERM' }))
  const open = stack.move()
  return {
    url: redis.urlAt('127.0.0.1', port),
    origin: program,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
