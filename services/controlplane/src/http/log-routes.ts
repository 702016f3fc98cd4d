import type { IncomingMessage, ServerResponse } from 'node:http'

import { notFound, unauthenticated } from '@chainloop/kit/errors'
import type { RouteParams } from '@chainloop/kit/http/routes'
import type { Route } from '@chainloop/kit/serve'

import { authenticate } from '../auth/authenticate.ts'
import type { Context } from '../context.ts'
import * as organizations from '../organizations/organization-repo.ts'
import { existingLog, getLogHead, trustedRootWithLog } from '../transparency/organization-log.ts'
import { parseTileAddress, readTile } from '../transparency/tiles.ts'
import { originOf } from './origin.ts'

type Deps = Pick<Context, 'db' | 'tokens' | 'limits' | 'config' | 'signing'>

/** Whose log it is, and whether anybody may read it. */
interface Reader {
  readonly organizationId: string
  readonly isPublic: boolean
}

/**
 * `GET /logs/<organization>/checkpoint` and `/tile/…`: the transparency log as C2SP tlog-tiles. `GET
 * /logs/<organization>/trusted_root.attestations.json` and `….provenance.json`: the trust roots with that log. Without a
 * token where the organization has made its log public.
 */
export function logRoutes(ctx: Deps): Route[] {
  return [
    get('/logs/:organization/checkpoint', checkpoint(ctx)),
    // An index has one segment for each factor of 1000, and one more where a tile is partial.
    ...[1, 2, 3, 4, 5].map((segments) =>
      get(
        `/logs/:organization/tile/:level${Array.from({ length: segments }, (_, i) => `/:index${i}`).join('')}`,
        tile(ctx),
      ),
    ),
    ...(['attestations', 'provenance'] as const).map((purpose) =>
      get(`/logs/:organization/trusted_root.${purpose}.json`, async (req, res, params) => {
        const { organizationId, isPublic } = await readerOf(ctx, req, params)
        const document = await trustedRootWithLog(ctx, organizationId, purpose)
        send(req, res, { body: document, type: 'application/json', cache: cacheFor(isPublic, 300) })
      }),
    ),
  ]
}

function get(path: string, handle: Route['handle']): Route {
  return { method: 'GET', path, handle }
}

function checkpoint(ctx: Deps): Route['handle'] {
  return async (req, res, params) => {
    const reader = await readerOf(ctx, req, params)
    const head = await getLogHead(ctx, reader)
    const body = Buffer.from(head.checkpoint)
    send(req, res, { body, type: 'text/plain; charset=utf-8', cache: 'no-cache' })
  }
}

function tile(ctx: Deps): Route['handle'] {
  return async (req, res, params) => {
    const { organizationId, isPublic } = await readerOf(ctx, req, params)
    const { organization: _organization, ...segments } = params
    const address = parseTileAddress(Object.values(segments).join('/'))
    if (!address) throw notFound('tile', Object.values(segments).join('/'))
    const body = await readTile(ctx.db, await existingLog(ctx.db, organizationId), address)
    const cache = `${cacheFor(isPublic, YEAR_SECONDS)}, immutable`
    send(req, res, { body, type: 'application/octet-stream', cache })
  }
}

const YEAR_SECONDS = 365 * 24 * 3600

function cacheFor(isPublic: boolean, seconds: number): string {
  return `${isPublic ? 'public' : 'private'}, max-age=${seconds}`
}

/** An organization that keeps its log to itself is not told from one that is not there. */
async function readerOf(
  ctx: Deps,
  req: IncomingMessage,
  { organization: name = '' }: RouteParams,
): Promise<Reader> {
  const organization = await organizations.findByName(ctx.db, name)
  if (organization?.settings.publicLog === true) {
    return { organizationId: organization.id, isPublic: true }
  }
  const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  const actor = await ctx.limits.login(originOf(req), () =>
    authenticate(ctx, { token, organization: name }),
  )
  if (actor.kind === 'anonymous') {
    throw unauthenticated('this log needs a token', { reason: 'TOKEN_MISSING' })
  }
  if (actor.organizationName !== name) throw notFound('organization', name)
  actor.require('log:read')
  return { organizationId: actor.organizationId, isPublic: false }
}

function send(
  req: IncomingMessage,
  res: ServerResponse,
  { body, type, cache }: { body: Buffer; type: string; cache: string },
): void {
  res.writeHead(200, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': cache,
  })
  res.end(req.method === 'HEAD' ? undefined : body)
}
