import { randomBytes, randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { getManifest } from '@chainloop/oci/manifests'
import { openRegistry, openRepository } from '@chainloop/oci/registry'
import { test } from '@jest/globals'

import { hexOf, sha256 } from '../../digest.ts'
import { probeBackend } from '../../maintenance/probe-backend.ts'
import { startFaultProxy } from '../../testing/storage/fault-proxy.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { chunks, declared, describeBackend } from '../backend-contract.ts'
import { ociProvider } from './oci.ts'

const given = process.env['TEST_REGISTRY_URL']
const maybe = given === undefined ? test.skip : test

async function openOci({ allow = ['127.0.0.1'] }: { readonly allow?: readonly string[] } = {}) {
  await using stack = new AsyncDisposableStack()
  const proxy = stack.use(await startFaultProxy(given ?? ''))
  const deps = stack.use(await remoteDeps())
  const provider = stack.use(ociProvider({ ...deps, allow, env: {} }))
  const open = async (path: string) =>
    provider.open({
      organizationId: 'org-1',
      location: `127.0.0.1:${proxy.port}/${path}`,
      key: randomUUID(),
      credentials: () => Promise.resolve({}),
    })
  const path = `one-${randomUUID()}`
  const disposables = stack.move()
  return {
    path,
    proxy,
    port: proxy.port,
    backend: await open(path),
    foreign: await open(`two-${randomUUID()}`),
    /** Uploads that were neither finished nor cancelled. */
    leftovers() {
      const ids = ({ path: url }: { readonly path: string }) => /uploads\/([^?]+)/.exec(url)?.[1]
      const opened = proxy.seen.filter(({ method, status }) => method === 'POST' && status === 202)
      const closed = proxy.seen.filter(({ method, status }) =>
        method === 'DELETE' ? status === 204 : method === 'PUT' && status === 201,
      )
      return Promise.resolve(opened.length - new Set(closed.map(ids).filter(Boolean)).size)
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}

if (given !== undefined) describeBackend('OCI registry', openOci)

maybe('a blob is an image of one layer, laid out as existing ones are', async () => {
  await using world = await openOci()
  const content = randomBytes(100)
  await world.backend.put(declared(content, 'sbom.json'), chunks(content))
  const registry = openRegistry(`127.0.0.1:${world.port}`)
  const name = `${world.path}/chainloop-${hexOf(sha256(content))}`
  const { bytes } = await getManifest(openRepository(registry, name), 'latest')

  expect(JSON.parse(bytes.toString())).toMatchObject({
    config: { mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [{ digest: sha256(content), size: 100 }],
    annotations: {
      'org.opencontainers.image.authors': 'chainloop.dev',
      'org.opencontainers.image.title': 'sbom.json',
    },
  })
})

maybe('a registry at a private address that nobody allowed is not connected to', async () => {
  await using world = await openOci({ allow: [] })

  await expect(world.backend.stat(sha256(Buffer.from('x')))).toFailWith('forbidden', 'not allowed')
})

maybe('a manifest that the registry refuses while another upload ends is sent again', async () => {
  await using world = await openOci()
  const content = randomBytes(100)
  world.proxy.inject(
    ({ method, path }) => method === 'PUT' && path.includes('/manifests/'),
    (at) => (at < 2 ? { kind: 'status', status: at === 0 ? 400 : 404 } : undefined),
  )

  await world.backend.put(declared(content), chunks(content))

  expect(await world.backend.stat(sha256(content))).toMatchObject({ size: 100 })
})

maybe('a registry without removing can be used all the same', async () => {
  await using world = await openOci()
  const content = randomBytes(100)
  await world.backend.put(declared(content), chunks(content))
  world.proxy.inject(
    ({ method }) => method === 'DELETE',
    () => ({ kind: 'status', status: 405 }),
  )

  await expect(async () => world.backend.remove?.(sha256(content))).toFailWith('unimplemented')
  await probeBackend(() => Promise.resolve(world.backend))
})
