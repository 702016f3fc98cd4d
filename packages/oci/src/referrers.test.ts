import { afterEach, expect, test } from '@jest/globals'

import { putManifest } from './put-manifest.ts'
import { listReferrers } from './referrers.ts'
import { openRegistry, openRepository, type Repository } from './registry.ts'
import { makeImage, makeIndex, makeReferrer } from './testing/images.test.fixture.ts'
import { listen } from './testing/listen.test.fixture.ts'

/* A registry with the API of distribution specification 1.1, which the one that other tests use does not have. */
let servers = new AsyncDisposableStack()

afterEach(async () => {
  await servers.disposeAsync()
  servers = new AsyncDisposableStack()
})

const subject = makeImage()
const sbom = makeReferrer(subject, 'acme/sbom')
const signature = makeReferrer(subject, 'acme/signature')
const index = (...of: (typeof sbom)[]): Buffer => makeIndex(of.map((one) => ({ of: one }))).bytes

async function repository(
  answers: Readonly<Record<string, { status?: number; headers?: object; body?: Buffer | string }>>,
): Promise<{ repo: Repository; requests: string[] }> {
  const requests: string[] = []
  const { host } = servers.use(
    await listen((request, response) => {
      requests.push(`${request.method} ${request.url}`)
      const {
        status = 200,
        headers = {},
        body,
      } = answers[`${request.method} ${request.url}`] ?? {
        status: 404,
      }
      request.resume().on('end', () => response.writeHead(status, { ...headers }).end(body))
    }),
  )
  return { repo: openRepository(openRegistry(host), 'acme/web'), requests }
}

const path = `/v2/acme/web/referrers/${subject.digest}`

test('the list of the API comes page by page, and is not looked for elsewhere', async () => {
  const { repo, requests } = await repository({
    [`GET ${path}`]: { body: index(sbom), headers: { link: `<${path}?last=1>; rel="next"` } },
    [`GET ${path}?last=1`]: { body: index(signature) },
  })

  const found = await listReferrers(repo, subject.digest)

  expect(found.map(({ digest }) => digest)).toEqual([sbom.digest, signature.digest])
  expect(requests).toHaveLength(2)
})

test('a registry that does not filter gives no more than was asked for', async () => {
  const manifests = [sbom, signature].map(({ digest, mediaType, bytes }, position) => ({
    mediaType,
    digest,
    size: bytes.length,
    artifactType: ['acme/sbom', 'acme/signature'][position],
  }))
  const { repo } = await repository({
    [`GET ${path}?artifactType=acme%2Fsbom`]: { body: makeIndex([], { manifests }).bytes },
  })

  expect(await listReferrers(repo, subject.digest, { artifactType: 'acme/sbom' })).toMatchObject([
    { digest: sbom.digest },
  ])
})

test('what the registry has listed itself is not entered under the tag', async () => {
  const headers = { 'oci-subject': subject.digest }
  const { repo, requests } = await repository({
    [`PUT /v2/acme/web/manifests/${sbom.digest}`]: { status: 201, headers },
  })

  const { digest, mediaType, bytes } = sbom
  await putManifest(repo, { reference: digest, mediaType, bytes })

  expect(requests).toEqual([`PUT /v2/acme/web/manifests/${digest}`])
})

test.each([
  ['a list that is none', '[]'],
  ['a descriptor without a digest', '{"manifests":[{"mediaType":"x","size":1}]}'],
  ['no JSON', '<html>'],
])('%s is refused', async (_, body) => {
  const { repo } = await repository({ [`GET ${path}`]: { body } })

  await expect(listReferrers(repo, subject.digest)).rejects.toMatchObject({ kind: 'malformed' })
})
