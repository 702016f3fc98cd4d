import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { makeImage, makeIndex, writeLayout } from '@chainloop/oci/testing/images.test.fixture'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { pack } from 'tar-stream'

import { imageInLayout, layoutPlace } from './layout-evidence.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-layout-'))
})

afterEach(() => rm(folder, { recursive: true }))

const at = (digest?: `sha256:${string}`): Parameters<typeof imageInLayout>[0] => ({
  path: folder,
  digest,
})

/** The folder as an archive, in whatever order its files come. */
async function archived(name: string): Promise<string> {
  const tar = pack()
  const files = (await readdir(folder, { recursive: true })).toSorted().toReversed()
  const path = join(tmpdir(), `${folder.split('/').at(-1)}-${name}`)
  const target = createWriteStream(path)
  const written = name.endsWith('gz') ? pipeline(tar, createGzip(), target) : pipeline(tar, target)
  for (const file of files) {
    if ((await stat(join(folder, file))).isFile()) {
      tar.entry({ name: `./${file}` }, await readFile(join(folder, file)))
    }
  }
  tar.finalize()
  await written
  return path
}

test('the one image of a folder', async () => {
  const image = makeImage()
  const annotations = {
    'org.opencontainers.image.ref.name': 'v1',
    'io.containerd.image.name': 'docker.io/acme/web:1.4.0',
  }
  await writeLayout(folder, [{ of: image, annotations }])

  expect(await imageInLayout(at())).toEqual({
    repository: 'oci-layout:v1',
    digest: image.digest,
    tag: '1.4.0',
    hasLatestTag: false,
  })
  expect(await layoutPlace(folder)).toEqual({ path: folder, digest: undefined })
  expect(await layoutPlace(`${folder}@${image.digest}`)).toEqual({
    path: folder,
    digest: image.digest,
  })
  expect(await layoutPlace(join(folder, 'blobs'))).toBeUndefined()
})

test('an image without a name', async () => {
  await writeLayout(folder, [{ of: makeImage() }])

  expect(await imageInLayout(at())).toMatchObject({ repository: 'oci-layout:unknown' })
})

test.each(['image.tar', 'image.tar.gz'])('several platforms in %s', async (name) => {
  const [amd64, arm64] = [makeImage(), makeImage()]
  const index = makeIndex([
    { of: amd64, platform: { os: 'linux', architecture: 'amd64' } },
    { of: arm64, platform: { os: 'linux', architecture: 'arm64' } },
  ])
  await writeLayout(folder, [{ of: index }])
  const path = await archived(name)
  try {
    expect(await imageInLayout({ path, digest: undefined })).toMatchObject({
      digest: index.digest,
      platforms: [
        { platform: 'linux/amd64', digest: amd64.digest },
        { platform: 'linux/arm64', digest: arm64.digest },
      ],
    })
  } finally {
    await rm(path)
  }
})

test('of several images one has to be named', async () => {
  const [one, two] = [makeImage(), makeImage()]
  const name = (value: string): Record<string, string> => ({
    'org.opencontainers.image.ref.name': value,
  })
  await writeLayout(folder, [
    { of: one, annotations: name('one') },
    { of: two, annotations: name('two') },
  ])

  await expect(imageInLayout(at())).rejects.toThrow(`${one.digest} one, ${two.digest} two`)
  expect(await imageInLayout(at(two.digest))).toMatchObject({ repository: 'oci-layout:two' })
  await expect(imageInLayout(at(makeImage().digest))).rejects.toThrow('does not list')
})

test('a signature beside the image is found, and is no image', async () => {
  const [image, signature] = [makeImage(), makeImage()]
  const tag = `${image.digest.replace(':', '-')}.sig`
  await writeLayout(folder, [
    { of: image },
    { of: signature, annotations: { 'org.opencontainers.image.ref.name': `acme/web:${tag}` } },
  ])

  expect(await imageInLayout(at())).toMatchObject({
    digest: image.digest,
    signature: { provider: 'cosign', digest: signature.digest },
  })
})

test('bytes that are not what their name says, or not there, are refused', async () => {
  const image = makeImage()
  await writeLayout(folder, [{ of: image }])
  const file = join(folder, 'blobs', 'sha256', image.digest.slice(7))

  await writeFile(file, '{}')
  await expect(imageInLayout(at())).rejects.toThrow('has other bytes than')

  await rm(file)
  await expect(imageInLayout(at())).rejects.toThrow(`does not have ${image.digest}`)
})

test.each([
  ['no index', 'index.json', undefined, 'no index.json'],
  ['an index of nothing', 'index.json', '{"manifests":[]}', 'has no image'],
  ['an index that is none', 'index.json', '[1,', 'is not JSON'],
  ['a descriptor that is none', 'index.json', '{"manifests":[{"digest":"x"}]}', 'lacks media type'],
  ['a version of tomorrow', 'oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'not known'],
  ['an index of 5 MiB', 'index.json', ' '.repeat(5 << 20), 'has more than'],
])('a layout with %s is refused', async (_, file, content, message) => {
  await writeLayout(folder, [{ of: makeImage() }])
  const path = join(folder, file)
  if (content === undefined) await rm(path)
  else await writeFile(path, content)

  await expect(imageInLayout(at())).rejects.toThrow(message)
})

test.each([
  ['text', 'no archive', 'neither a folder nor a tar archive'],
  ['a broken archive', Buffer.from('1f8b0800ffff', 'hex'), 'it is not a readable tar archive'],
])('a file with %s is refused', async (_, content, message) => {
  const path = join(folder, 'image.tar')
  await writeFile(path, content)

  await expect(imageInLayout({ path, digest: undefined })).rejects.toThrow(message)
})

test('an archive whose entries leave it is refused', async () => {
  const tar = pack()
  tar.entry({ name: '../oci-layout' }, '{"imageLayoutVersion":"1.0.0"}')
  tar.finalize()
  await mkdir(join(folder, 'x'))
  const path = join(folder, 'image.tar')
  await pipeline(tar, createWriteStream(path))

  await expect(imageInLayout({ path, digest: undefined })).rejects.toThrow('lies outside')
})
