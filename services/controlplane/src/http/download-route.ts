import type { IncomingMessage, ServerResponse } from 'node:http'

import { isDigest } from '@chainloop/attestation/digest'
import { notFound, unauthenticated } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import { authenticate } from '../auth/authenticate.ts'
import { requireIds } from '../auth/claims.ts'
import { AUDIENCE } from '../auth/tokens.ts'
import { downloadUrl } from '../cas-credentials/download-url.ts'
import type { EmbeddedArtifact } from '../cas-credentials/embedded-artifact.ts'
import { readEmbeddedArtifact } from '../cas-credentials/embedded-artifact.ts'
import type { Context } from '../context.ts'
import { originOf } from './origin.ts'

type Deps = Pick<Context, 'db' | 'tokens' | 'config' | 'limits'>

/**
 * `GET /download/sha256:<hex>` with an account's token goes on to where the bytes are, for 30 seconds. With `?t=`, as
 * `GetDownloadURL` gives it out, it serves what is embedded in an attestation.
 */
export function downloadRoute(ctx: Deps): Route {
  return {
    method: 'GET',
    path: '/download/:digest',
    async handle(req, res, { digest = '' }) {
      if (!isDigest(digest)) throw notFound('artifact', digest)
      const ticket = new URLSearchParams((req.url ?? '').split('?')[1]).get('t')
      await ctx.limits.login(originOf(req), async () =>
        ticket === null
          ? redirect(ctx, { req, res, digest })
          : send(req, res, await embedded(ctx, ticket, digest)),
      )
    },
  }
}

async function redirect(
  ctx: Deps,
  { req, res, digest }: { req: IncomingMessage; res: ServerResponse; digest: string },
): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  const organization = req.headers['chainloop-organization']
  const actor = await authenticate(ctx, {
    token,
    organization: typeof organization === 'string' ? organization : undefined,
  })
  if (actor.kind === 'anonymous') {
    throw unauthenticated('a download needs a token', { reason: 'TOKEN_MISSING' })
  }
  const location = await downloadUrl(ctx, actor, digest)
  res.writeHead(302, { location, 'cache-control': 'no-store', 'content-length': 0 }).end()
}

async function embedded(
  { db, tokens }: Deps,
  ticket: string,
  digest: string,
): Promise<EmbeddedArtifact> {
  const claims = await tokens.verify(ticket, AUDIENCE.transfer)
  const { org_id: organizationId, run_id: runId } = requireIds(claims, ['org_id', 'run_id'])
  if (claims['digest'] !== digest || claims['role'] !== 'downloader') {
    throw notFound('artifact', digest)
  }
  return readEmbeddedArtifact(db, { organizationId, runId, digest })
}

function send(
  { method }: IncomingMessage,
  res: ServerResponse,
  { fileName, bytes }: EmbeddedArtifact,
): void {
  res.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  })
  res.end(method === 'HEAD' ? undefined : bytes)
}
