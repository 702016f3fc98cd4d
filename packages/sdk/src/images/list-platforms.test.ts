import { sha256 } from '@chainloop/attestation/digest'
import { parseContent } from '@chainloop/oci/descriptor'
import { OCI_MANIFEST } from '@chainloop/oci/media-types'
import { makeImage, makeIndex, type Made } from '@chainloop/oci/testing/images.test.fixture'
import { expect, test } from '@jest/globals'

import { listPlatforms } from './list-platforms.ts'

const platform = { os: 'linux', architecture: 'amd64' }

/** The platforms of an index that can read what it is made of. */
async function platformsIn(index: Made): ReturnType<typeof listPlatforms> {
  const all = new Map<string, Made>()
  const enter = (made: Made): void => {
    all.set(made.digest, made)
    for (const part of made.parts) enter(part)
  }
  enter(index)
  return listPlatforms(parseContent(index.bytes), async (digest) =>
    parseContent(all.get(digest)?.bytes ?? Buffer.from('{}')),
  )
}

function listing(count: number, members: object = {}): Made {
  const manifests = Array.from({ length: count }, (_, index) => ({
    mediaType: OCI_MANIFEST,
    digest: sha256(Buffer.from(String(index))),
    size: 1,
    platform,
    ...members,
  }))
  return makeIndex([], { manifests })
}

test('an image is no index', async () => {
  expect(await platformsIn(makeImage())).toEqual([])
})

test('an image without a platform is of an unknown one', async () => {
  const image = makeImage()

  expect(await platformsIn(makeIndex([{ of: image }]))).toEqual([
    { platform: 'unknown/unknown', digest: image.digest },
  ])
})

test('an index that is listed twice counts once', async () => {
  const inner = makeIndex([{ of: makeImage(), platform }])

  expect(await platformsIn(makeIndex([{ of: inner }, { of: inner }]))).toHaveLength(1)
})

test('indexes are nested four deep and not more', async () => {
  let index = makeIndex([{ of: makeImage(), platform }])
  for (let depth = 1; depth < 4; depth += 1) index = makeIndex([{ of: index }])
  expect(await platformsIn(index)).toHaveLength(1)

  await expect(platformsIn(makeIndex([{ of: index }]))).rejects.toThrow('more than 4 deep')
})

test('an index lists a hundred images and not more', async () => {
  expect(await platformsIn(listing(100))).toHaveLength(100)

  await expect(platformsIn(listing(101))).rejects.toThrow('more than 100 images')
})

test('indexes that list each other many times are read a bounded number of times', async () => {
  let reads = 0
  const inner = makeIndex([])
  const wide = makeIndex(Array.from({ length: 500 }, () => ({ of: inner })))
  const listed = listPlatforms(parseContent(wide.bytes), async () => {
    reads += 1
    return parseContent(inner.bytes)
  })

  await expect(listed).resolves.toEqual([])
  expect(reads).toBe(1)
})

test.each([
  [{ platform: { os: 'linux\u001b', architecture: 'x' } }, 'is no platform'],
  [{ platform: { os: 'a'.repeat(200), architecture: 'x' } }, 'is no platform'],
  [{ digest: `sha512:${'a'.repeat(128)}` }, 'is not a SHA-256 digest'],
])('an entry of %j is refused', async (members, message) => {
  await expect(platformsIn(listing(1, members))).rejects.toThrow(message)
})
