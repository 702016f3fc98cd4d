import type { IncomingMessage, ServerResponse } from 'node:http'

import { DomainError, exhausted, invalid, unauthenticated } from '@chainloop/kit/errors'
import { sendJson } from '@chainloop/kit/http/probes'
import type { Route } from '@chainloop/kit/serve'

import type { Actor } from '../auth/actor.ts'
import { authenticate } from '../auth/authenticate.ts'
import type { Context } from '../context.ts'
import { checkAttachment } from '../policy-store/check-attachment.ts'
import { readPolicy } from '../policy-store/read-policies.ts'
import type { StoredKind } from '../policy-store/stored-policy.ts'
import { originOf } from './origin.ts'

type Deps = Pick<Context, 'db' | 'tokens' | 'limits' | 'config'>

/** What other control planes ask of a policy provider, answered from the store of the token's organization. */
export function policyProviderRoutes(ctx: Deps): readonly Route[] {
  return [
    validateRoute(ctx),
    documentRoute(ctx, 'policies', 'policy'),
    documentRoute(ctx, 'groups', 'policy_group'),
  ]
}

const BASE = '/policy-provider'

/** Always the bytes, never a rendering of them: their digest has to be theirs. */
function documentRoute(ctx: Deps, path: string, kind: StoredKind): Route {
  return {
    method: 'GET',
    path: `${BASE}/${path}/:name`,
    async handle(req, res, { name = '' }) {
      const actor = await actorOf(ctx, req)
      const query = new URLSearchParams((req.url ?? '').split('?')[1])
      const organization = query.get('organization_name') ?? ''
      const digest = query.get('digest') ?? ''
      const reference = `${organization && `${organization}/`}${name}${digest && `@${withAlgorithm(digest)}`}`
      const { version, content } = await readPolicy(ctx, actor, { reference, kind })
      sendJson(res, 200, {
        raw: { body: Buffer.from(content).toString('base64'), format: formatOf(content) },
        digest: version.digest,
        organizationName: actor.organizationName,
      })
    },
  }
}

function withAlgorithm(digest: string): string {
  return digest.startsWith('sha256:') ? digest : `sha256:${digest}`
}

function formatOf(content: Uint8Array): 'FORMAT_JSON' | 'FORMAT_YAML' {
  return Buffer.from(content).toString().trimStart().startsWith('{') ? 'FORMAT_JSON' : 'FORMAT_YAML'
}

function validateRoute(ctx: Deps): Route {
  return {
    method: 'POST',
    path: `${BASE}/policies/validate`,
    async handle(req: IncomingMessage, res: ServerResponse) {
      const actor = await actorOf(ctx, req)
      const validationErrors = await problemsIn(ctx, actor, await readBody(req))
      sendJson(res, 200, { valid: validationErrors.length === 0, validationErrors })
    },
  }
}

async function problemsIn(ctx: Deps, actor: Actor, body: string): Promise<readonly string[]> {
  try {
    return await checkAttachment(ctx, actor, attachmentIn(body))
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code !== 'invalid') throw cause
    return [cause.message]
  }
}

function attachmentIn(body: string): string {
  const attachment = parsed(body)?.['policy_attachment']
  if (typeof attachment === 'string') return attachment
  throw invalid('the body is {"policy_attachment": "<json>"}')
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

async function actorOf(ctx: Deps, req: IncomingMessage): Promise<Actor> {
  const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  const organization = req.headers['chainloop-organization']
  const actor = await ctx.limits.login(originOf(req), () =>
    authenticate(ctx, {
      token,
      organization: typeof organization === 'string' ? organization : undefined,
    }),
  )
  if (actor.kind === 'anonymous') {
    throw unauthenticated('policies need a token', { reason: 'TOKEN_MISSING' })
  }
  return actor
}

const MAX_BODY_BYTES = 2 << 20

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req) {
    if (!(chunk instanceof Uint8Array)) throw invalid('the body is no sequence of bytes')
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw exhausted(`the body has ${MAX_BODY_BYTES} bytes at most`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
