import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Finds a program in PATH and in further folders; undefined when it is nowhere. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A folder of its own for a server's data, gone with the handle. */
export function temporaryFolder(name: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), `chainloop-${name}-`))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Daemon {
  readonly program: string
  readonly args: readonly string[]
  readonly port: number
  readonly stopSignal: NodeJS.Signals
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

/**
 * Starts a server in the foreground of a process of its own and waits until its port accepts.
 * Fails with what it printed when it ends before that.
 */
export async function startDaemon(daemon: Daemon): Promise<AsyncDisposable> {
  const child = spawn(daemon.program, daemon.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Not in the terminal's group: Ctrl-C reaches us, and we stop it in order.
    detached: true,
    cwd: '/',
    ...daemon.user,
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length < 200) printed.push(text)
    })
  }
  const closed = once(child, 'close')
  const gone = new AbortController()
  void closed.catch(() => {}).finally(() => gone.abort())

  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(daemon.stopSignal)
    const killed = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await closed
    clearTimeout(killed)
  }
  if (!(await accepts(daemon.port, gone.signal))) {
    await stop()
    throw new Error(`${daemon.program} did not start:\n${printed.join('')}`)
  }
  return { [Symbol.asyncDispose]: stop }
}

/** True when the port accepts a connection within 30 s; false when `gone` aborts before. */
export async function accepts(port: number, gone?: AbortSignal): Promise<boolean> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (gone?.aborted) return false
    if (await canConnect(port)) return true
    await delay(50)
  }
  return false
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
