import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { findDockerLogin } from './docker-credentials.ts'

let folder: string
let env: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-logins-'))
  env = { HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
})

afterEach(() => rm(folder, { recursive: true }))

async function write(path: string, content: unknown): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
}

/** A credential helper that runs `script` of the shell; `$server` is what it was asked for. */
async function helper(name: string, script: string): Promise<void> {
  const path = `docker-credential-${name}`
  await write(path, `#!/bin/sh\nread -r server\n${script}\n`)
  await chmod(join(folder, path), 0o755)
}

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString('base64') })
const ask = (registry: string, repository?: string): ReturnType<typeof findDockerLogin> =>
  findDockerLogin(env, { registry, ...(repository !== undefined && { repository }) })

test('nothing is there, so it is anonymous', async () => {
  expect(await ask('ghcr.io')).toBeUndefined()
})

test.each([
  ['ghcr.io', 'ghcr.io'],
  ['https://ghcr.io', 'ghcr.io'],
  ['https://ghcr.io/v2/', 'ghcr.io'],
  ['localhost:5000', 'localhost:5000'],
  ['https://index.docker.io/v1/', 'index.docker.io'],
  ['docker.io', 'index.docker.io'],
])('a login filed under %s is found for %s', async (key, registry) => {
  await write('.docker/config.json', { auths: { other: auth('x:y'), [key]: auth('al:s3:cret') } })

  expect(await ask(registry)).toEqual({ username: 'al', password: 's3:cret' })
})

test('tokens of docker are told apart', async () => {
  await write('.docker/config.json', {
    auths: { a: { identitytoken: 'refresh', ...auth('x:y') }, b: { registrytoken: 'access' } },
  })

  expect(await ask('a')).toEqual({ identityToken: 'refresh' })
  expect(await ask('b')).toEqual({ registryToken: 'access' })
})

test('DOCKER_CONFIG names another folder', async () => {
  await write('.docker/config.json', { auths: { a: auth('x:y') } })
  await write('elsewhere/config.json', { auths: { a: auth('al:pw') } })
  env['DOCKER_CONFIG'] = join(folder, 'elsewhere')

  expect(await ask('a')).toEqual({ username: 'al', password: 'pw' })
})

test('podman has logins per namespace, the closest first', async () => {
  env['XDG_RUNTIME_DIR'] = join(folder, 'run')
  await write('run/containers/auth.json', {
    auths: {
      'quay.io': auth('all:pw'),
      'quay.io/acme': auth('acme:pw'),
      'quay.io/acme/web': auth('web:pw'),
    },
  })

  expect(await ask('quay.io', 'acme/web')).toMatchObject({ username: 'web' })
  expect(await ask('quay.io', 'acme/api')).toMatchObject({ username: 'acme' })
  expect(await ask('quay.io', 'other')).toMatchObject({ username: 'all' })
})

test('a helper is asked for its registry, the store for the others', async () => {
  await write('.docker/config.json', { credHelpers: { 'ecr.aws': 'ecr' }, credsStore: 'keychain' })
  await helper('ecr', 'echo "{\\"Username\\":\\"aws\\",\\"Secret\\":\\"$server\\"}"')
  await helper('keychain', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"$server\\"}"')

  expect(await ask('ecr.aws')).toEqual({ username: 'aws', password: 'ecr.aws' })
  expect(await ask('ghcr.io')).toEqual({ identityToken: 'ghcr.io' })
  expect(await ask('index.docker.io')).toEqual({ identityToken: 'https://index.docker.io/v1/' })
})

test('a store without the login leaves it to the file', async () => {
  await write('.docker/config.json', { credsStore: 'keychain', auths: { a: auth('al:pw') } })
  await helper('keychain', 'echo "credentials not found in native keychain"; exit 1')

  expect(await ask('a')).toEqual({ username: 'al', password: 'pw' })
  expect(await ask('b')).toBeUndefined()
})

test.each([
  ['is not installed', undefined, 'cannot be run'],
  ['fails', 'exit 3', 'ended with 3'],
  ['answers nonsense', 'echo nonsense', 'something else than JSON'],
  ['answers without a login', 'echo "{}"', 'without a login'],
  [
    'does not stop talking',
    'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done',
    'cannot be run',
  ],
])('a helper that %s is an error, not an anonymous request', async (_, script, message) => {
  await write('.docker/config.json', { credHelpers: { a: 'broken' } })
  if (script !== undefined) await helper('broken', script)

  await expect(ask('a')).rejects.toThrow(message)
})

test('a helper is a name, not a command', async () => {
  await write('.docker/config.json', { credHelpers: { a: '../../bin/sh -c', b: 7 } })

  await expect(ask('a')).rejects.toThrow('is not the name of a helper')
  expect(await ask('b')).toBeUndefined()
})

test('a file that cannot be read is an error, one of nonsense holds no logins', async () => {
  await write('.docker/config.json', '{"auths":')
  await expect(ask('a')).rejects.toThrow('is not JSON')

  for (const nonsense of ['', '[]', 'null', '{"auths":[]}', '{"auths":{"a":7,"b":{"auth":"!"}}}']) {
    await write('.docker/config.json', nonsense)
    expect(await ask('a')).toBeUndefined()
    expect(await ask('b')).toBeUndefined()
    expect(await ask('__proto__')).toBeUndefined()
  }
})
