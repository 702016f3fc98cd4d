import { freePort } from '../lib/free-port.ts'
import { findProgram, startDaemon } from './daemon.ts'
import type { RunningServer, ServerKind } from './server.ts'

export const nats: ServerKind = {
  name: 'NATS',
  variable: 'TEST_NATS_URL',
  debianPackage: 'nats-server',
  docker: { image: 'nats:2', port: 4222, env: [] },
  installed,
  urlAt: (host, port) => `nats://${host}:${port}`,
}

async function installed(): Promise<RunningServer | undefined> {
  const program = findProgram('nats-server', ['/usr/sbin'])
  if (program === undefined) return undefined

  await using stack = new AsyncDisposableStack()
  const port = await freePort()
  const args = ['--addr', '127.0.0.1', '--port', String(port)]
  stack.use(await startDaemon({ program, args, port, stopSignal: 'SIGTERM' }))
  const open = stack.move()
  return {
    url: nats.urlAt('127.0.0.1', port),
    origin: program,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
