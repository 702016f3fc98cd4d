import type { KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'

import { p256, p384, p521 } from '@noble/curves/nist.js'

/** What a stand-in has seen: method, path, headers, JSON body. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export type Answer = (seen: Seen) => object | undefined

/** A service that answers JSON; what it does not know is 404. */
export function jsonServer(answer: Answer, log: Seen[]): Server {
  const listener: RequestListener = (request, response) => {
    void buffer(request).then((bytes) => {
      const body: Seen['body'] = bytes.length > 0 ? JSON.parse(bytes.toString()) : {}
      const { method = '', url = '', headers } = request
      const seen = { method, url, headers, body }
      log.push(seen)
      const answered = answer(seen)
      response.writeHead(answered ? 200 : 404, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answered ?? { error: 'not found' }))
    })
  }
  return createServer(listener)
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}

const CURVES = { prime256v1: p256, secp384r1: p384, secp521r1: p521 } as const

/** As a KMS signs: over a digest, nothing else. DER, or r ‖ s. */
export function signDigest(
  privateKey: KeyObject,
  digest: Uint8Array,
  format: 'der' | 'compact',
): Buffer {
  const name = privateKey.asymmetricKeyDetails?.namedCurve ?? ''
  const curve = Object.entries(CURVES).find(([known]) => known === name)?.[1]
  if (!curve) throw new Error(`no stand-in for ${name}`)
  const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  return Buffer.from(curve.sign(digest, secret, { prehash: false, lowS: false, format }))
}
