import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { chainloop } from '../testing/memory-io.test.fixture.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-cli-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test.each([
  [['versio'], "unknown command 'versio'", 'hint: Did you mean version?'],
  [['version', '--clint'], "unknown option '--clint'", 'hint: Did you mean --client?'],
  [['workflow', 'create', '--name', 'x'], 'missing --project <text>', ''],
  [['workflow', 'run', 'list', '--limit', 'many'], '--limit must be a number, not "many"', ''],
  [
    ['workflow', 'run', 'list', '--status', 'ok'],
    '--status must be one of initialized, succeeded, failed, expired, cancelled, not "ok"',
    '',
  ],
  [['attestation', 'push', '--annotation', 'x'], '--annotation must be name=value, not "x"', ''],
  [['version', '--output', 'yaml'], '--output must be table or json, not "yaml"', ''],
  [
    ['version', 'now'],
    "too many arguments for 'version'. Expected 0 arguments but got 1: now.",
    '',
  ],
])('%j is a wrong command line: exit code 2', async (args, message, hint) => {
  const { code, out, err } = await chainloop(args)

  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err).toContain(`✗ ${message}`)
  expect(err).toContain(hint)
  expect(err).toContain('see: docs/cli.md')
})

test('what a command cannot do with its options points to its section', async () => {
  const { err } = await chainloop(['version', '--output', 'yaml'])

  expect(err).toContain('see: docs/cli.md#chainloop-version\n')
})

test('results go to the standard output, as a table or as data', async () => {
  const table = await chainloop(['version', '--client'])
  const json = await chainloop(['version', '--client', '-o', 'json'])

  expect(table).toMatchObject({ code: 0, err: '' })
  expect(table.out).toContain('│ client │ 0.1.0 │')
  expect(JSON.parse(json.out)).toEqual({ client: '0.1.0' })
})

test('without an address the answer says how to give one', async () => {
  const { code, err } = await chainloop(['workflow', 'list'])

  expect(code).toBe(1)
  expect(err).toMatch(/^✗ no control plane is configured\nhint: .*chainloop config save/)
})

test('a flag wins over the environment, the environment over the file', async () => {
  const env = { XDG_CONFIG_HOME: folder }
  await chainloop(['config', 'save', '--control-plane', 'file:1', '--org', 'filed'], { env })
  const view = async (args: string[], more: Record<string, string>) => {
    const { out } = await chainloop(['config', 'view', '-o', 'json', ...args], {
      env: { ...env, ...more },
    })
    return (JSON.parse(out) as { settings: Record<string, unknown> }).settings
  }
  const variable = { CHAINLOOP_CONTROL_PLANE_API: 'env:1' }

  expect(await view([], {})).toMatchObject({
    controlPlane: { value: 'file:1', source: 'file' },
    organization: { value: 'filed', source: 'file' },
  })
  expect(await view([], variable)).toMatchObject({
    controlPlane: { value: 'env:1', source: 'environment' },
  })
  expect(await view(['--control-plane', 'flag:1'], variable)).toMatchObject({
    controlPlane: { value: 'flag:1', source: 'flag' },
  })
})

test('the config file is private, and no view shows the token', async () => {
  const env = { XDG_CONFIG_HOME: folder }
  await chainloop(['config', 'save', '--token', 'very-secret'], { env })
  const path = join(folder, 'chainloop', 'config.toml')
  const shown = await chainloop(['config', 'view'], { env })
  const json = await chainloop(['config', 'view', '-o', 'json'], { env })

  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readFile(path, 'utf8')).toContain('very-secret')
  expect(shown.out + json.out).not.toContain('very-secret')
})

test('a config file that is not TOML is named', async () => {
  const config = join(folder, 'config.toml')
  await writeFile(config, 'control-plane = [')

  const { code, err } = await chainloop(['config', 'view', '--config', config])

  expect(code).toBe(1)
  expect(err).toContain(`✗ ${config} is not valid`)
})

test('what cannot be undone is asked for; --yes answers, and without a terminal nobody can', async () => {
  const env = { XDG_CONFIG_HOME: folder }
  const reset = (args: string[], answer?: string) =>
    chainloop(['config', 'reset', ...args], { env, ...(answer !== undefined && { answer }) })

  expect(await reset([])).toMatchObject({ code: 1, err: expect.stringContaining('say --yes') })
  expect(await reset([], 'n')).toMatchObject({ code: 1 })
  expect(await reset([], 'y')).toMatchObject({ code: 0 })
  expect(await reset(['--yes'])).toMatchObject({ code: 0, err: '' })
})

test('lint names every problem with its place, and ends with 1', async () => {
  const contract = join(folder, 'contract.yaml')
  await writeFile(
    contract,
    'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: Bad Name }\nspec:\n  materials:\n    - { name: x, type: NOPE }\n',
  )

  const { code, out, err } = await chainloop(['workflow', 'contract', 'lint', contract])

  expect(code).toBe(1)
  expect(out).toContain('metadata.name')
  expect(out).toContain('spec.materials[0].type')
  expect(err).toContain(`✗ not valid: ${contract}`)
})

test('a command of a run says when there is none, and --graceful-exit lets the pipeline go on', async () => {
  const state = ['--local-state-path', join(folder, 'state.json')]

  expect(await chainloop(['att', 'status', ...state])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no attestation has been started here'),
  })
  expect(await chainloop(['att', 'status', '--graceful-exit', ...state])).toMatchObject({ code: 0 })
})

test.each([
  ['init', '--project', 'web', '--workflow', 'build'],
  ['add', '--value', 'x', '--attestation-id', '11111111-1111-4111-8111-111111111111'],
  ['push', '--attestation-id', '11111111-1111-4111-8111-111111111111'],
])('a token that is missing is never passed over: attestation %s', async (...argv) => {
  const { code, err } = await chainloop(['attestation', ...argv, '--graceful-exit'], {
    env: { CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:1', CHAINLOOP_API_INSECURE: 'true' },
  })

  expect(code).toBe(1)
  expect(err).toMatch(/no token is configured/)
})

test('a job without a token is told that its organization has to be named', async () => {
  const job = ['attestation', 'init', '--project', 'web', '--workflow', 'build']
  const env = {
    CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:1',
    CHAINLOOP_API_INSECURE: 'true',
    CHAINLOOP_OIDC_TOKEN: 'a.b.c',
  }

  const { code, err } = await chainloop(job, { env })

  expect(code).toBe(1)
  expect(err).toContain('CHAINLOOP_ORGANIZATION')
})

test('a server that is down is named by its address', async () => {
  const { code, err } = await chainloop(['workflow', 'list', '--token', 't'], {
    env: {
      CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:1',
      CHAINLOOP_API_INSECURE: 'true',
      CHAINLOOP_RETRY_TIMEOUT: '0',
    },
  })

  expect(code).toBe(1)
  expect(err).toContain('✗ the control plane at 127.0.0.1:1 does not answer: connection refused')
})
