import { createHmac } from 'node:crypto'
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'

import { equalInConstantTime } from '@chainloop/kit/constant-time'
import { forbidden, notFound, unavailable } from '@chainloop/kit/errors'

/** Sends on what belongs to another replica. */
export interface Forwarding {
  /** Throws `forbidden` for a request that claims to come from another replica and does not. */
  isForwarded(req: IncomingMessage, id: string): boolean
  /**
   * Answers with what the owner answers. Throws `not_found` when the owner is gone, and its uploads with it, and
   * `unavailable` when it cannot be reached now.
   */
  forward(owner: string, exchange: Exchange): Promise<void>
}

export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Of the upload. */
  readonly id: string
}

const HEADER = 'chainloop-forwarded'
const VALID_MS = 60_000

/**
 * Replicas know each other by the secret that they share. It does not travel: a keyed hash of the upload and the time
 * does, which is good for nothing else.
 */
export function createForwarding(secret: string): Forwarding {
  const proof = (id: string, until: string): string =>
    createHmac('sha256', secret).update(`forward ${until} ${id}`).digest('base64url')
  return {
    isForwarded({ headers }, id) {
      const header = headers[HEADER]
      if (typeof header !== 'string') return false
      const [until = '', given = ''] = header.split(' ')
      const inTime = Math.abs(Number(until) - Date.now()) <= 2 * VALID_MS
      if (inTime && equalInConstantTime(given, proof(id, until))) return true
      throw forbidden('only replicas forward uploads', { reason: 'NOT_A_REPLICA' })
    },
    async forward(owner, { req, res, id }) {
      const until = String(Date.now() + VALID_MS)
      const headers = { ...carried(req), [HEADER]: `${until} ${proof(id, until)}` }
      const url = new URL(`/uploads/${encodeURIComponent(id)}`, owner)
      const answer = await ask(url, req, headers)
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      await pipeline(answer, res)
    },
  }
}

function carried({ headers }: IncomingMessage): Record<string, string> {
  const names = ['upload-offset', 'content-length', 'transfer-encoding', 'traceparent']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

/** The body goes along at the owner's pace; when the client breaks off, so does this. */
function ask(
  url: URL,
  req: IncomingMessage,
  headers: Record<string, string>,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const upstream = send(url, { method: req.method, headers, agent: false }, resolve)
    upstream.on('error', (cause: Error & { code?: string }) => {
      reject(cause.code === 'ECONNREFUSED' ? notFound('upload', 'with this id') : lost(cause))
    })
    pipeline(req, upstream).catch((cause: unknown) => {
      // After an early answer the rest of the body is of no interest.
      upstream.destroy(cause instanceof Error ? cause : undefined)
    })
  })
}

function lost(cause: Error): Error {
  return unavailable('the replica that has the upload does not answer', {
    reason: 'OWNER_UNREACHABLE',
    cause,
  })
}
