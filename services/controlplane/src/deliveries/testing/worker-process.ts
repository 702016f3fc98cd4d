import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The integrations service as a process of its own, run from its sources. */
export interface WorkerProcess extends AsyncDisposable {
  /** As the kernel does when memory runs out. */
  kill(): Promise<void>
}

const main = fileURLToPath(new URL('../../../../integrations/src/main.ts', import.meta.url))

export function startWorkerProcess(env: Readonly<Record<string, string>>): WorkerProcess {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--conditions=chainloop-source', main], {
    env: { PATH, INTEGRATIONS_HTTP_PORT: '0', CHAINLOOP_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return {
    kill: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGTERM'),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
