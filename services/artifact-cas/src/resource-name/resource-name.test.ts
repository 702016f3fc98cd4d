import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'
import fc from 'fast-check'

import { decodeGob } from './gob.ts'
import { parseUploadName, safeFileName } from './resource-name.ts'

const HEX = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'
const VECTOR =
  'Ov+BAwEBC0NBU1Jlc291cmNlAf+CAAEDAQhGaWxlTmFtZQEMAAEGRGlnZXN0AQwAAQRTaXplAQQAAABO/4IBB2Zvby50eHQBQGI1YmI5ZDgwMTRhMGY5YjFkNjFlMjFlNzk2ZDc4ZGNjZGYxMzUyZjIzY2QzMjgxMmY0ODUwYjg3OGFlNDk0NGMA'
const UUID = '0b1f6a8e-6f3c-4f0e-9a57-3a1c1b1d2e3f'

test('our own form tells digest, size and name', () => {
  expect(parseUploadName(`uploads/${UUID}/blobs/${HEX}/42/a%20b%2Fc.txt`)).toEqual({
    digest: `sha256:${HEX}`,
    size: 42,
    name: 'c.txt',
  })
  expect(parseUploadName(`uploads/${UUID}/blobs/${HEX}/0`)).toEqual({
    digest: `sha256:${HEX}`,
    size: 0,
    name: HEX,
  })
})

test('the golden vector of the existing command line is read', () => {
  expect(parseUploadName(VECTOR)).toEqual({
    digest: `sha256:${HEX}`,
    size: undefined,
    name: 'foo.txt',
  })
})

test('a gob with another type id, and with a size, is read too', () => {
  const bytes = Buffer.from(VECTOR, 'base64')
  // The type id is a matter of the sender's process: 65 becomes 70 in both messages.
  const other = Buffer.from(bytes)
  other[2] = 0x8b
  other[20] = 0x8c
  other[61] = 0x8c
  const sized = Buffer.concat([bytes.subarray(0, -1), Buffer.from([0x01, 0xfe, 0x07, 0xd0, 0x00])])
  sized[59] = (sized[59] ?? 0) + 4

  expect(decodeGob(other)).toEqual({ fileName: 'foo.txt', digest: HEX, size: 0 })
  expect(decodeGob(sized)).toEqual({ fileName: 'foo.txt', digest: HEX, size: 1000 })
})

test.each([
  '',
  HEX,
  'uploads/',
  `uploads/${UUID}/blobs/${HEX}`,
  `uploads/${UUID}/blobs/${HEX}/1.5/x`,
  `uploads/${UUID}/blobs/${HEX}/1/x/y`,
  `uploads/${UUID}/blobs/${HEX}/1/%zz`,
  `uploads/${UUID}/blobs/${HEX}/99999999999999999999/x`,
  `../uploads/${UUID}/blobs/${HEX}/1/x`,
  VECTOR.slice(0, -4),
  `${VECTOR}\n`,
  'AAAA',
])('%j names no blob', async (name) => {
  await expect(() => parseUploadName(name)).toFailWith('invalid')
})

test('no bytes make the gob reader do anything but read or refuse', () => {
  const golden = Buffer.from(VECTOR, 'base64')
  const mutated = fc
    .array(fc.tuple(fc.nat(golden.length - 1), fc.nat(255)), { maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(golden)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
  const anything = fc.oneof(mutated, fc.uint8Array({ maxLength: 200 }))

  fc.assert(
    fc.property(anything, (bytes) => {
      try {
        return typeof decodeGob(bytes).digest === 'string'
      } catch (cause) {
        return (
          cause instanceof RangeError ||
          (cause as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        )
      }
    }),
    { numRuns: 2000 },
  )
})

test('a safe name never is a path, holds no control character, and has its limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const safe = safeFileName(name, 'fallback')
      return (
        safe !== '' &&
        safe !== '..' &&
        safe.length <= 255 &&
        !/[\p{Cc}/\\]/u.test(safe) &&
        safe.isWellFormed()
      )
    }),
  )
})
