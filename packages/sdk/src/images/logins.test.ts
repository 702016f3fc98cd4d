import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sha256 } from '@chainloop/attestation/digest'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import type { Environment } from './find-login.ts'
import { remoteEvidence } from './remote-evidence.ts'

const manifest = Buffer.from('{"schemaVersion":2}')
const resolveImage = async (typed: string, from: Environment): Promise<object> =>
  (await remoteEvidence(typed, from, 'CONTAINER_IMAGE')).evidence.image
const digest = sha256(manifest)
const other = Buffer.from('{"schemaVersion":2,"latest":true}')

let folder: string
let server: Server | undefined
let env: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-docker-'))
  env = { DOCKER_CONFIG: folder, HOME: folder }
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

type Answer = (request: IncomingMessage, response: ServerResponse, host: string) => void

async function registry(answer: Answer): Promise<string> {
  let host = ''
  server = createServer((request, response) => {
    answer(request, response, host)
  })
  host = await listen(server)
  return host
}

/** Manifests of `acme/web`: `v1` and `latest`. */
const open: Answer = ({ url }, response) => {
  const reference = decodeURIComponent(
    /^\/v2\/acme\/web\/manifests\/(.+)$/.exec(url ?? '')?.[1] ?? '',
  )
  const body = { v1: manifest, [digest]: manifest, latest: other }[reference]
  if (body === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'docker-content-digest': sha256(body) }).end(body)
}

test('a tag is resolved to the digest of its manifest', async () => {
  const host = await registry(open)

  expect(await resolveImage(`${host}/acme/web:v1`, env)).toEqual({
    repository: `${host}/acme/web`,
    digest,
    tag: 'v1',
    hasLatestTag: false,
  })
})

test('without a tag it is the latest', async () => {
  const host = await registry(open)

  expect(await resolveImage(`${host}/acme/web`, env)).toMatchObject({
    digest: sha256(other),
    tag: 'latest',
    hasLatestTag: true,
  })
})

test('a digest is resolved to itself, and only if the registry has it', async () => {
  const host = await registry(open)

  expect(await resolveImage(`${host}/acme/web@${digest}`, env)).toEqual({
    repository: `${host}/acme/web`,
    digest,
    hasLatestTag: false,
  })
  await expect(resolveImage(`${host}/acme/web@${sha256(Buffer.of(1))}`, env)).rejects.toThrow(
    'no such thing',
  )
})

test('a registry that sends another manifest than its digest says is refused', async () => {
  const host = await registry((_, response) => {
    response.writeHead(200, { 'docker-content-digest': digest }).end('{}')
  })

  await expect(resolveImage(`${host}/acme/web:v1`, env)).rejects.toThrow(
    'the registry sent a manifest with',
  )
})

/** Answers like `open`, to whoever has a token that the token endpoint gave for this login. */
const guarded: Answer = (request, response, host) => {
  const basic = `Basic ${Buffer.from('al:s3cret').toString('base64')}`
  const { authorization } = request.headers
  if (request.url?.startsWith('/token')) {
    const scope = new URL(request.url, 'http://x').searchParams.get('scope')
    if (authorization === basic && scope === 'repository:acme/web:pull')
      response.end('{"token":"t"}')
    else response.writeHead(401).end()
  } else if (authorization === 'Bearer t') open(request, response, host)
  else {
    const challenge = `Bearer realm="http://${host}/token",service="acme",scope="repository:acme/web:pull"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  }
}

test('the login comes from docker, and is exchanged for a token', async () => {
  const host = await registry(guarded)
  await expect(resolveImage(`${host}/acme/web:v1`, env)).rejects.toThrow(
    'gives no token without a login',
  )

  const auth = Buffer.from('al:s3cret').toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }))

  expect(await resolveImage(`${host}/acme/web:v1`, env)).toMatchObject({ digest })
})

test('the login of the environment is used for its server, and for no other', async () => {
  const host = await registry(guarded)
  const login = { CHAINLOOP_REGISTRY_USERNAME: 'al', CHAINLOOP_REGISTRY_PASSWORD: 's3cret' }

  await expect(
    resolveImage(`${host}/acme/web:v1`, { ...env, ...login, CHAINLOOP_REGISTRY_SERVER: host }),
  ).resolves.toMatchObject({ digest })
  await expect(
    resolveImage(`${host}/acme/web:v1`, { ...env, ...login, CHAINLOOP_REGISTRY_SERVER: 'ghcr.io' }),
  ).rejects.toThrow('gives no token without a login')
})

test.each(['', 'UPPER/case', 'a b', 'x@sha256:00', 'https://ghcr.io/a'])(
  '%j is no image',
  async (reference) => {
    await expect(resolveImage(reference, env)).rejects.toThrow('is not the reference of an image')
  },
)

test('a proxy is not asked for this machine', async () => {
  const host = await registry(open)
  expect(
    await resolveImage(`${host}/acme/web:v1`, { ...env, HTTP_PROXY: 'http://127.0.0.1:1' }),
  ).toMatchObject({
    digest,
  })
})

test('a proxy is asked for other machines', async () => {
  const asked: (string | undefined)[] = []
  const proxy = await registry((request, response) => {
    asked.push(request.url)
    response.writeHead(502).end()
  })
  server?.on('connect', (request, socket) => {
    asked.push(request.url)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  const behind = {
    ...env,
    HTTP_PROXY: `http://${proxy}`,
    CHAINLOOP_REGISTRY_INSECURE: 'other.test, registry.test:5000',
  }
  await expect(resolveImage('registry.test:5000/acme/web:v1', behind)).rejects.toThrow(
    'registry.test:5000',
  )
  expect(asked.join()).toContain('registry.test:5000')
})
