import type { Server } from 'node:http'

import { int } from '@chainloop/attestation/verify/der.test.fixture'
import { afterEach, expect, test } from '@jest/globals'
import { RFC3161Timestamp } from '@sigstore/core'

import {
  stampQuery,
  timestampAuthority,
  timestampServer,
  type StampOptions,
} from '../testing/authorities.test.fixture.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { timestamp } from './timestamp.ts'

const signature = Buffer.from('a signature')
const { tsa } = timestampAuthority()
let server: Server | undefined

afterEach(() => {
  server?.close()
})

async function authority(answer: (query: Buffer) => Buffer | number): Promise<string> {
  server = timestampServer(answer)
  return `http://${await listen(server)}/tsa`
}

test('a timestamp is about the signature that was sent', async () => {
  const url = await authority((query) => stampQuery(query, tsa))

  const response = RFC3161Timestamp.parse(Buffer.from(await timestamp(url, signature)))

  expect(() => {
    response.tstInfo.verify(signature)
  }).not.toThrow()
})

test.each<[string, StampOptions]>([
  ['stamped other bytes', { imprint: Buffer.alloc(32) }],
  ['answered another request (its nonce differs)', { nonce: int(99) }],
  ['answered another request (its nonce differs)', { nonce: null }],
  ['refused to stamp (status 2)', { status: 2 }],
])('an authority that %s is refused', async (problem, options) => {
  const url = await authority((query) => stampQuery(query, tsa, options))

  await expect(timestamp(url, signature)).rejects.toMatchObject({
    name: 'TimestampRefused',
    message: `${url} ${problem}`,
  })
})

test.each([Buffer.alloc(0), Buffer.from('<html>'), Buffer.from('3003020100', 'hex')])(
  'something that is not a timestamp is refused',
  async (answer) => {
    const url = await authority(() => answer)

    await expect(timestamp(url, signature)).rejects.toMatchObject({ name: 'TimestampRefused' })
  },
)

test('an authority that fails is named with its status', async () => {
  const url = await authority(() => 503)

  await expect(timestamp(url, signature)).rejects.toThrow(`${url} answered with status 503`)
})

test.each(['', 'tsa.example', 'file:///etc/passwd'])(
  '%j is no address of an authority',
  async (url) => {
    await expect(timestamp(url, signature)).rejects.toMatchObject({ name: 'TimestampRefused' })
  },
)
