import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { makeImage, writeLayout } from '@chainloop/oci/testing/images.test.fixture'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { pack } from 'tar-stream'

import { loadValue } from '../values/load-value.ts'
import { findEvidence } from './find-evidence.ts'
import { recogniseEvidence } from './recognise-evidence.ts'

const image = makeImage()
let folder: string
let layout: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-evidence-'))
  layout = join(folder, 'layout')
  await writeLayout(layout, [{ of: image }])
})

afterEach(() => rm(folder, { recursive: true }))

const value = (typed: string): ReturnType<typeof loadValue> =>
  loadValue(typed, { env: {}, temporaryFolder: async () => folder })
const recognised = async (typed: string): ReturnType<typeof recogniseEvidence> =>
  recogniseEvidence(await value(typed), { typed, env: {} })
const asImage = async (typed: string): ReturnType<typeof findEvidence> =>
  findEvidence('CONTAINER_IMAGE', await value(typed), { typed, env: {} })

async function archived(): Promise<string> {
  const path = join(folder, 'image.tar')
  const tar = pack()
  for (const file of ['oci-layout', 'index.json', `blobs/sha256/${image.digest.slice(7)}`]) {
    tar.entry({ name: file }, await readFile(join(layout, file)))
  }
  tar.finalize()
  await pipeline(tar, createWriteStream(path))
  return path
}

test('a folder with an image layout is an image, whole or by the digest in it', async () => {
  for (const typed of [layout, `${layout}@${image.digest}`]) {
    const { kind, evidence } = await recognised(typed)

    expect(kind).toBe('CONTAINER_IMAGE')
    expect(evidence).toMatchObject({ digest: image.digest, value: typed })
    expect(await asImage(typed)).toMatchObject({ digest: image.digest })
  }
})

test('an archive of a layout is an image when it is said to be one', async () => {
  const path = await archived()

  expect((await recognised(path)).kind).toBe('ARTIFACT')
  expect(await asImage(path)).toMatchObject({ digest: image.digest, size: 0 })
  expect(await asImage(`${path}@${image.digest}`)).toMatchObject({ digest: image.digest })
})

test('what is neither a layout nor a reference is refused as an image', async () => {
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'note'), 'text')

  await expect(asImage(join(folder, 'dist'))).rejects.toThrow('nor a place with an image layout')
  await expect(asImage(join(folder, 'note'))).rejects.toThrow('neither a folder nor a tar archive')
})

test('a chart in a file is a file', async () => {
  const path = join(folder, 'web-1.4.0.tgz')
  await writeFile(path, 'a chart')

  const evidence = await findEvidence('HELM_CHART', await value(path), { typed: path, env: {} })

  expect(evidence).toMatchObject({ name: 'web-1.4.0.tgz', size: 7 })
  expect(evidence.image).toBeUndefined()
})
