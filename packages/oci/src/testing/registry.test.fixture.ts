import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import type { Listening } from './listen.test.fixture.ts'

/** The program of the CNCF's registry, as Debian or its makers call it; undefined: not installed. */
export const registryProgram = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['docker-registry', 'registry'].map((name) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Starts a registry of its own; `settings` are further sections of its configuration. */
export async function startRegistry(settings: object = {}): Promise<Listening> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-oci-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const config = join(folder, 'config.json')
  const storage = { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } }
  const http = { addr: '127.0.0.1:0' }
  await writeFile(
    config,
    JSON.stringify({ version: 0.1, log: { level: 'info' }, storage, http, ...settings }),
  )
  const child = spawn(registryProgram ?? 'docker-registry', ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  stack.defer(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const host = await addressIn(child.stderr)
  const open = stack.move()
  return { host, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

async function addressIn(log: NodeJS.ReadableStream): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    log.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(printed)?.[1]
      if (host === undefined) return
      printed = ''
      resolve(host)
    })
    log.once('end', () => {
      reject(new Error(`the registry did not start: ${printed}`))
    })
  })
}
