import type { IncomingMessage, ServerResponse } from 'node:http'

import { DomainError, type ErrorCode, retryAfterSeconds } from '../errors.ts'
import type { Logger } from '../logger.ts'

export type RouteParams = Readonly<Record<string, string>>

/** A plain HTTP/1.1 endpoint. */
export interface Route {
  /** `GET` answers HEAD too; the handler looks at `req.method`. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD'
  /** `/download/:digest`: a segment that starts with a colon matches one non-empty segment, percent-decoded. */
  readonly path: string
  /** A DomainError that it throws is answered with its status and a JSON body, anything else is masked. */
  handle(req: IncomingMessage, res: ServerResponse, params: RouteParams): Promise<void> | void
}

const statuses = {
  invalid: 400,
  not_found: 404,
  already_exists: 409,
  forbidden: 403,
  unauthenticated: 401,
  conflict: 409,
  aborted: 409,
  exhausted: 413,
  unavailable: 503,
  unimplemented: 501,
} satisfies Record<ErrorCode, number>

export function httpStatus(code: ErrorCode): number {
  return statuses[code]
}

/** What is exhausted for a while only is asked for too often, not too big. */
function statusOf({ code, retryAfterMs }: DomainError): number {
  return code === 'exhausted' && retryAfterMs !== undefined ? 429 : httpStatus(code)
}

/** Answers from the first route that matches; false when none does. */
export function routeHandler(
  routes: readonly Route[],
  log: Logger,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/') }))
  return (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? ''
    for (const { route, segments } of compiled) {
      const params = methodMatches(route, req.method) ? match(segments, path) : undefined
      if (!params) continue
      void answer(route, { req, res, params, log })
      return true
    }
    return false
  }
}

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly params: RouteParams
  readonly log: Logger
}

async function answer(route: Route, { req, res, params, log }: Exchange): Promise<void> {
  try {
    await route.handle(req, res, params)
  } catch (cause) {
    if (res.destroyed && !(cause instanceof DomainError)) {
      log.debug({ err: cause, route: route.path }, 'the client left')
      return
    }
    if (!(cause instanceof DomainError))
      log.error({ err: cause, route: route.path }, 'unhandled error')
    // Half an answer cannot be taken back: breaking the connection is the only way to say that it is not whole.
    if (res.headersSent) res.destroy()
    else sendError(res, cause)
  }
}

/** `{ code, message, reason? }` with the status that belongs to the code. */
export function sendError(res: ServerResponse, cause: unknown): void {
  const error =
    cause instanceof DomainError
      ? { code: cause.code, message: cause.message, reason: cause.reason }
      : { code: 'internal', message: 'internal error' }
  const body = `${JSON.stringify(error)}\n`
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  res.writeHead(cause instanceof DomainError ? statusOf(cause) : 500, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    // What the client still sends would have to be read before the connection is good for anything else.
    ...(res.req.complete ? {} : { connection: 'close' }),
    ...(cause instanceof DomainError && cause.code === 'unauthenticated'
      ? { 'www-authenticate': 'Bearer' }
      : {}),
    ...(cause instanceof DomainError && cause.retryAfterMs !== undefined
      ? { 'retry-after': retryAfterSeconds(cause.retryAfterMs) }
      : {}),
  })
  res.end(body)
}

function methodMatches(route: Route, method: string | undefined): boolean {
  return route.method === method || (route.method === 'GET' && method === 'HEAD')
}

function match(segments: readonly string[], path: string): RouteParams | undefined {
  const given = path.split('/')
  if (given.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? ''
    if (!segment.startsWith(':')) {
      if (segment !== value) return undefined
      continue
    }
    const decoded = decode(value)
    if (decoded === undefined || decoded === '') return undefined
    params[segment.slice(1)] = decoded
  }
  return params
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
