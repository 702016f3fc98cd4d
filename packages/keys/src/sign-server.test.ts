import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import { buffer } from 'node:stream/consumers'

import { selfSigned } from '@chainloop/attestation/verify/authority.test.fixture'
import { isSignedBy } from '@chainloop/attestation/verify/public-key'
import { afterEach, expect, test } from '@jest/globals'

import { openSignServerKey } from './sign-server.ts'
import { listen } from './testing/stand-ins.test.fixture.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const tls = selfSigned('127.0.0.1')
const client = selfSigned('client')
const bytes = Buffer.from('DSSEv1 what is signed')

let server: Server | undefined
afterEach(() => {
  server?.close()
})

interface Seen {
  readonly url: string | undefined
  readonly form: FormData
}

/** A plain signer behind https that asks for a client certificate. */
async function serve(
  answer: (file: Buffer) => Buffer | number,
  seen: Seen[] = [],
): Promise<string> {
  server = createServer(
    { ...tls, requestCert: true, ca: client.cert, minVersion: 'TLSv1.2' },
    (request, response) => {
      void buffer(request).then(async (body) => {
        const type = String(request.headers['content-type'])
        const form = await new Response(new Uint8Array(body), {
          headers: { 'content-type': type },
        }).formData()
        seen.push({ url: request.url, form })
        const file = form.get('file')
        const content =
          file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
        const answered = answer(content)
        if (typeof answered === 'number') response.writeHead(answered).end()
        else response.writeHead(200).end(answered)
      })
    },
  )
  return (await listen(server)).slice('http://'.length)
}

const open = (host: string, more: object = {}) =>
  openSignServerKey(`signserver://${host}/PlainSigner`, {
    publicKey: pem,
    ca: tls.cert,
    client: client.cert + client.key,
    ...more,
  })

test('the worker signs the bytes, over TLS with a client certificate', async () => {
  const seen: Seen[] = []
  const key = open(await serve((file) => sign('sha256', file, privateKey), seen))

  expect(isSignedBy(publicKey, bytes, await key.sign(bytes))).toBe(true)
  expect(seen[0]?.url).toBe('/signserver/process')
  expect(seen[0]?.form.get('workerName')).toBe('PlainSigner')
})

test.each<[string, (file: Buffer) => Buffer | number, RegExp]>([
  ['refuses', () => 403, /status 403/],
  ['signs something else', () => sign('sha256', Buffer.from('x'), privateKey), /not of its key/],
  ['answers without end', () => Buffer.alloc(1 << 20), /too much/],
])('a worker that %s is refused', async (_what, answer, reason) => {
  await expect(open(await serve(answer)).sign(bytes)).rejects.toThrow(reason)
})

test('a server that nobody vouches for, and one that wants to know the client, get nothing', async () => {
  const host = await serve((file) => sign('sha256', file, privateKey))

  await expect(open(host, { ca: undefined }).sign(bytes)).rejects.toThrow(
    /does not answer: self-signed/,
  )
  await expect(open(host, { client: undefined }).sign(bytes)).rejects.toThrow(/does not answer/)
})
