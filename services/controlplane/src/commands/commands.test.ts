import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-commands-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = join(import.meta.dirname, '../main.ts')
  const child = spawn(process.execPath, ['--conditions=chainloop-source', main, ...args], {
    env: {
      PATH: process.env['PATH'],
      CHAINLOOP_DATA_DIR: join(folder, 'data'),
      CONTROLPLANE_API_PORT: '0',
      CONTROLPLANE_HTTP_PORT: '0',
      CONTROLPLANE_INTERNAL_PORT: '0',
      CONTROLPLANE_METRICS_PORT: '0',
      CONTROLPLANE_EXTERNAL_URL: 'http://controlplane.test',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return { child, output: () => output, exited: once(child, 'exit') as Promise<[number | null]> }
}

async function run(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const { output, exited } = start(args, env)
  const [code] = await exited
  return { code, output: output() }
}

test('migrating brings the schema up to date, and again finds nothing to do; then secrets can be sealed anew', async () => {
  const first = await run(['migrate'])
  const second = await run(['migrate'])
  const rewrapped = await run(['rewrap-secrets'])

  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining('organizations') as unknown,
  })
  expect(second).toMatchObject({
    code: 0,
    output: expect.stringContaining('"applied":[]') as unknown,
  })
  expect(rewrapped).toMatchObject({
    code: 0,
    output: expect.stringContaining('"changed":0') as unknown,
  })
})

test("an operator's token is written where only its owner reads, and works on the server that starts next", async () => {
  const path = join(folder, 'token')
  const made = await run(['operator-token', 'acme', path])
  const token = await readFile(path, 'utf8')
  expect(made).toMatchObject({ code: 0, output: expect.not.stringContaining(token) as unknown })
  expect((await stat(path)).mode & 0o777).toBe(0o600)

  const server = start(['serve'])
  const api = await addressIn(server)
  const client = createClient(ContextService, createGrpcTransport({ baseUrl: api }))
  const { result } = await client.current({}, { headers: { authorization: `Bearer ${token}` } })
  server.child.kill('SIGTERM')

  expect(result?.currentMembership?.org?.name).toBe('acme')
  expect((await server.exited)[0]).toBe(0)
  expect(server.output()).toContain('not a power loss')
})

test('a wrong command, wrong settings and a file that is there are told and end with 1', async () => {
  expect(await run(['fly'])).toMatchObject({
    code: 1,
    output: expect.stringContaining('serve, migrate') as unknown,
  })
  const wrong = await run(['serve'], { CONTROLPLANE_API_PORT: 'x', DATABASE_POOL_SIZE: '0' })
  expect(wrong.code).toBe(1)
  expect(wrong.output).toMatch(
    /CONTROLPLANE_API_PORT[\s\S]*DATABASE_POOL_SIZE|DATABASE_POOL_SIZE[\s\S]*CONTROLPLANE_API_PORT/,
  )
  expect((await run(['operator-token', 'acme', folder])).code).toBe(1)
})

/** From the log line that says so. */
async function addressIn(server: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const found = /"api":"(http:[^"]+)"/.exec(server.output())?.[1]
    if (found !== undefined) return found
    await Promise.race([
      once(server.child.stderr, 'data'),
      server.exited.then(() => Promise.reject(new Error(server.output()))),
    ])
  }
}
