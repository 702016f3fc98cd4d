import type { IncomingMessage } from 'node:http'

import { exhausted, invalid } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'
import { MAX_QUERY_BYTES } from '../signing/timestamp-authority.ts'
import { originOf } from './origin.ts'

/** `POST /tsa`: a timestamp over HTTP, RFC 3161 §3.4. What cannot be stamped is answered by a rejection. */
export function timestampRoute({ signing, limits }: Pick<Context, 'signing' | 'limits'>): Route {
  return {
    method: 'POST',
    path: '/tsa',
    async handle(req, res) {
      await limits.timestamp(originOf(req))
      if (mediaTypeOf(req) !== 'application/timestamp-query') {
        throw invalid('a timestamp is asked for with content-type application/timestamp-query')
      }
      const response = await signing.timestampAuthority.respond(await readBody(req))
      res.writeHead(200, {
        'content-type': 'application/timestamp-reply',
        'content-length': response.length,
        'cache-control': 'no-store',
      })
      res.end(response)
    },
  }
}

function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

async function readBody(req: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req) {
    if (!(chunk instanceof Uint8Array)) throw invalid('the body is no sequence of bytes')
    size += chunk.length
    if (size > MAX_QUERY_BYTES) {
      throw exhausted(`a timestamp query has ${MAX_QUERY_BYTES} bytes at most`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
