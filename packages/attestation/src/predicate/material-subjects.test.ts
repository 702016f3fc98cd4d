import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { sha256 } from '../digest.ts'
import { formatPlatforms, parsePlatforms } from '../materials/image-platforms.ts'
import { materialSubjects, platformsOf } from './material-subjects.ts'
import type { MaterialDescriptor } from './predicate.ts'

const amd64 = { platform: 'linux/amd64', digest: sha256(Buffer.from('amd64')) }
const arm = { platform: 'linux/arm/v7', digest: sha256(Buffer.from('arm')) }

function descriptor(platforms: string | boolean, type = 'CONTAINER_IMAGE'): MaterialDescriptor {
  return {
    name: 'ghcr.io/acme/web',
    digest: { sha256: 'ab'.repeat(32) },
    annotations: {
      'chainloop.material.name': 'image',
      'chainloop.material.type': type,
      'chainloop.material.image.platforms': platforms,
    },
  }
}

test('an image of several platforms is a subject by its index and by each of its images', () => {
  const material = descriptor(formatPlatforms([amd64, arm]))

  const subjects = materialSubjects(material)

  expect(subjects.map(({ digest }) => `sha256:${digest['sha256']}`)).toEqual([
    `sha256:${'ab'.repeat(32)}`,
    amd64.digest,
    arm.digest,
  ])
  expect(subjects[2]).toMatchObject({
    name: 'ghcr.io/acme/web',
    annotations: {
      'chainloop.material.name': 'image',
      'chainloop.material.image.platform': 'linux/arm/v7',
    },
  })
})

test('what is no image has no platforms, whatever it says', () => {
  expect(materialSubjects(descriptor(formatPlatforms([amd64]), 'ARTIFACT'))).toHaveLength(1)
})

test.each([
  '',
  '{}',
  '[]',
  '[1]',
  '["linux/amd64"]',
  '["linux/amd64@sha256:00"]',
  `["@${amd64.digest}"]`,
  `["linux amd64@${amd64.digest}"]`,
  `["linux/amd64@${amd64.digest}" ]`,
  `["linux/amd64@${amd64.digest}","linux/arm@${amd64.digest}"]`,
  JSON.stringify(Array.from({ length: 101 }, (_, n) => `a/b@${sha256(Buffer.from(`${n}`))}`)),
])('%# is no list of platforms', (text) => {
  expect(parsePlatforms(text)).toBeUndefined()
  expect(platformsOf(descriptor(text))).toBeUndefined()
  expect(platformsOf(descriptor(true))).toBeUndefined()
})

const part = fc.stringMatching(/^[\w.-]{1,10}$/)
const entry = fc
  .record({ parts: fc.array(part, { minLength: 2, maxLength: 3 }), content: fc.uint8Array() })
  .map(({ parts, content }) => ({ platform: parts.join('/'), digest: sha256(content) }))

test('a list of platforms comes back as it was, and nothing else is read as one', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(entry, { minLength: 1, maxLength: 20, selector: ({ digest }) => digest }),
      (platforms) => {
        expect(parsePlatforms(formatPlatforms(platforms))).toEqual(platforms)
        expect(parsePlatforms(` ${formatPlatforms(platforms)}`)).toBeUndefined()
      },
    ),
  )
  fc.assert(fc.property(fc.json(), (text) => expect(parsePlatforms(text)).toBeUndefined()))
})
