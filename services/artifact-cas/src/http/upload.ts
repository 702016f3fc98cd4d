import type { IncomingMessage, ServerResponse } from 'node:http'

import { parseBearer } from '@chainloop/kit/bearer'
import { invalid } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import { authenticate } from '../auth/transfer.ts'
import type { Context } from '../context.ts'
import { toDigest } from '../digest.ts'
import { safeFileName } from '../resource-name/resource-name.ts'
import { arriving } from '../uploads/arriving.ts'
import type { SizedBlob } from '../uploads/session.ts'
import type { SessionState } from '../uploads/sessions.ts'

type Deps = Pick<Context, 'config' | 'forwarding' | 'owners' | 'sessions' | 'verifier'>

/**
 * Uploads that go on after a broken connection, in the manner of tus 1.0:
 *
 * - `POST /uploads?digest=sha256:<hex>&filename=<name>` with `Authorization: Bearer <transfer token>` and
 *   `Upload-Length: <bytes>` → 201, `Location: /uploads/<id>`, `Upload-Offset`, `Upload-Complete: ?0|?1`
 * - `PATCH <location>` with `Upload-Offset: <bytes>` and the bytes from there on → 204 and the same headers; 409 with
 *   `OFFSET_MISMATCH` elsewhere. The request that brings the last byte is answered after the blob was verified,
 *   made durable and recorded.
 * - `HEAD <location>` → where to go on; 404 when the session is lost: start again
 * - `DELETE <location>` gives it up
 *
 * The location is a secret: it stands for the token, which is looked at once, at the start. What belongs to an upload
 * at another replica is sent on to that one.
 */
export function uploadRoutes(ctx: Deps): Route[] {
  const { config, sessions, verifier } = ctx
  return [
    {
      method: 'POST',
      path: '/uploads',
      async handle(req, res) {
        const transfer = await authenticate(
          verifier,
          parseBearer(req.headers.authorization),
          'uploader',
        )
        const state = await sessions.open(transfer, declaredBlob(req))
        res.setHeader('location', `/uploads/${state.id}`)
        answer(res, 201, state)
      },
    },
    atOwner(ctx, {
      method: 'PATCH',
      path: '/uploads/:id',
      async handle(req, res, { id = '' }) {
        const bytes = arriving(req, config)
        answer(res, 204, await sessions.append(id, countIn(req, 'upload-offset'), bytes))
      },
    }),
    atOwner(ctx, {
      method: 'HEAD',
      path: '/uploads/:id',
      handle: (_req, res, { id = '' }) => answer(res, 200, sessions.get(id)),
    }),
    atOwner(ctx, {
      method: 'DELETE',
      path: '/uploads/:id',
      handle(_req, res, { id = '' }) {
        sessions.abandon(id)
        res.writeHead(204).end()
      },
    }),
  ]
}

/** Forwards once at most: replicas that take each other for the owner would send a request round for ever. */
function atOwner({ forwarding, owners, sessions }: Deps, route: Route): Route {
  return {
    ...route,
    async handle(req, res, params) {
      const { id = '' } = params
      const isForwarded = forwarding.isForwarded(req, id)
      const owner = sessions.has(id) || isForwarded ? undefined : await owners.find(id)
      if (owner === undefined) await route.handle(req, res, params)
      else await forwarding.forward(owner, { req, res, id })
    },
  }
}

function declaredBlob(req: IncomingMessage): SizedBlob {
  const query = new URLSearchParams((req.url ?? '').split('?')[1])
  const digest = toDigest(query.get('digest') ?? '')
  if (!digest) throw invalid('digest is no sha256:<64 hex digits>', { reason: 'DIGEST_INVALID' })
  const name = safeFileName(query.get('filename') ?? '', digest.slice('sha256:'.length))
  return { digest, size: countIn(req, 'upload-length'), name }
}

function countIn(req: IncomingMessage, header: string): number {
  const value = String(req.headers[header] ?? '')
  if (!/^\d{1,15}$/.test(value))
    throw invalid(`${header} is no number of bytes`, { reason: 'HEADER_INVALID' })
  return Number(value)
}

function answer(
  res: ServerResponse,
  status: number,
  { offset, size, complete }: SessionState,
): void {
  res
    .writeHead(status, {
      'upload-offset': offset,
      'upload-length': size,
      'upload-complete': complete ? '?1' : '?0',
      'cache-control': 'no-store',
      ...(status === 204 ? {} : { 'content-length': 0 }),
    })
    .end()
}
