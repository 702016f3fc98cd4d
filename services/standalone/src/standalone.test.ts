import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import type { Environment } from '@chainloop/kit/config'
import { silentLogger } from '@chainloop/kit/logger'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { createStandalone, type Standalone } from './standalone.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'chainloop-standalone-')), 'data')
})

afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }))

const anyPort = Object.fromEntries(
  [
    'CONTROLPLANE_API_PORT',
    'CONTROLPLANE_HTTP_PORT',
    'CONTROLPLANE_INTERNAL_PORT',
    'CONTROLPLANE_METRICS_PORT',
    'CAS_API_PORT',
    'CAS_HTTP_PORT',
    'CAS_METRICS_PORT',
    'INTEGRATIONS_HTTP_PORT',
  ].map((name) => [name, '0']),
)

function start(env: Environment = {}): Promise<Standalone> {
  return createStandalone(
    { ...anyPort, CHAINLOOP_DATA_DIR: dataDir, ...env },
    { log: silentLogger },
  )
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

const operator = async (): Promise<NodeJS.Dict<string>> =>
  parseEnv(await readFile(join(dataDir, 'operator.env'), 'utf8'))

test('nobody else may look into the data directory, and the operator finds a token in it', async () => {
  await using server = await start()

  expect(await modeOf(dataDir)).toBe(0o700)
  expect(await modeOf(join(dataDir, 'operator.env'))).toBe(0o600)
  expect(await operator()).toEqual({
    CHAINLOOP_CONTROL_PLANE_API: new URL(server.endpoints.controlPlaneApi).host,
    CHAINLOOP_ARTIFACT_CAS_API: new URL(server.endpoints.casApi).host,
    CHAINLOOP_API_INSECURE: 'true',
    CHAINLOOP_TOKEN: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  })
})

test('its addresses are on file as long as it runs, and every one answers', async () => {
  const path = join(dataDir, 'endpoints.json')
  {
    await using server = await start()
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(server.endpoints)
    const plain = [
      'controlPlaneHttp',
      'controlPlaneMetrics',
      'casHttp',
      'casMetrics',
      'integrationsHttp',
    ] as const
    for (const name of plain) {
      const response = await fetch(new URL('/statusz', server.endpoints[name]))
      expect([name, response.status]).toEqual([name, 200])
    }
  }
  expect(await readdir(dataDir)).not.toContain('endpoints.json')
})

test('the token survives a restart, and a lost one is replaced', async () => {
  const tokens: unknown[] = []
  for (const lose of [false, true, false]) {
    await using _server = await start()
    tokens.push((await operator())['CHAINLOOP_TOKEN'])
    if (lose) await rm(join(dataDir, 'operator.env'))
  }

  expect(tokens[1]).toBe(tokens[0])
  expect(tokens[2]).not.toBe(tokens[0])
})

test('a second server on the same directory is refused, and the first goes on', async () => {
  await using server = await start()

  await expect(start()).rejects.toThrow(/in use/)

  expect((await fetch(new URL('/statusz', server.endpoints.controlPlaneHttp))).status).toBe(200)
  expect(await readdir(dataDir)).toContain('endpoints.json')
})
