import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { invalid, notFound, unauthenticated, unavailable } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { admitUser } from '../sign-in/admit-user.ts'
import { type Attempt, ATTEMPT_SECONDS, openSealed, sealFor } from '../sign-in/attempt.ts'
import { issueBrowserCode } from '../sign-in/browser-code.ts'
import type { IdentityProvider, VerifiedIdentity } from '../sign-in/identity-provider.ts'
import { readIntent } from '../sign-in/read-intent.ts'
import * as signIns from '../sign-in/sign-in-repo.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { cookieHeader, readCookie } from './cookies.ts'
import { guardCookie } from './device-routes.ts'
import { originOf } from './origin.ts'
import { asPages, sendQuestion, sendSignedIn } from './sign-in-pages.ts'

type Deps = Pick<Context, 'db' | 'config' | 'limits' | 'log' | 'sealingKeys' | 'identityProvider'>

/** `GET /auth/login` sends the browser to the identity provider, `GET /auth/callback` is where it comes back. */
export function signInRoutes(ctx: Deps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/auth/login',
      handle: (req, res) => asPages(res, () => login(ctx, req, res)),
    },
    {
      method: 'GET',
      path: '/auth/callback',
      handle: (req, res) => asPages(res, () => callback(ctx, req, res)),
    },
  ]
}

function providerOf({ identityProvider }: Deps): IdentityProvider {
  if (identityProvider) return identityProvider
  throw unavailable('nobody can sign in here: no identity provider is configured', {
    reason: 'NO_IDENTITY_PROVIDER',
  })
}

async function login(ctx: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  await ctx.limits.signIn(originOf(req))
  const intent = readIntent(queryOf(req))
  const url = instanceUrl(ctx.config)
  const begun = await providerOf(ctx).begin(`${url}/auth/callback`)
  const attempt = { checks: begun.checks, intent }
  res.writeHead(302, {
    location: begun.url.href,
    'set-cookie': attemptCookie(url, sealFor(ctx.sealingKeys, 'sign-in', attempt)),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-length': 0,
  })
  res.end()
}

async function callback(ctx: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  await ctx.limits.signIn(originOf(req))
  const url = instanceUrl(ctx.config)
  const attempt = attemptOf(ctx, req)
  res.setHeader('set-cookie', attemptCookie(url, ''))
  if (!attempt) {
    throw invalid('this sign-in was begun in another browser, or too long ago', {
      reason: 'SIGN_IN_UNKNOWN',
      hint: 'begin again where you came from',
    })
  }
  const query = queryOf(req)
  const error = query.get('error')
  // What the address says of an error may come from anybody, unless the state is that of this browser.
  if (error !== null && query.get('state') === attempt.checks.state) {
    const why = query.get('error_description') ?? error
    throw unauthenticated(`the identity provider refused: ${why}`, { reason: 'SIGN_IN_REFUSED' })
  }
  const identity = await ctx.limits.login(originOf(req), () =>
    providerOf(ctx).finish(new URL(`${url}/auth/callback?${query.toString()}`), attempt.checks),
  )
  await proceed(ctx, res, { attempt, identity })
}

/** The person is who they say; now what they came for. */
async function proceed(
  ctx: Deps,
  res: ServerResponse,
  { attempt, identity }: { readonly attempt: Attempt; readonly identity: VerifiedIdentity },
): Promise<void> {
  const { intent } = attempt
  const { db, config } = ctx
  if (intent.for === 'browser') {
    const { codeChallenge, clientName } = intent
    const code = await inTransaction(db, async (tx) => {
      const { id: userId } = await admitUser({ db: tx, config }, identity)
      return issueBrowserCode(tx, { userId, codeChallenge, clientName })
    })
    const query = new URLSearchParams({ code, state: intent.state }).toString()
    sendBack(res, `${intent.callback}?${query}`)
    return
  }
  const user = await admitUser({ db, config }, identity)
  if (intent.for === 'nothing') return sendSignedIn(res, user.email)
  const { userCode } = intent
  const device = await signIns.findPending(db, userCode)
  if (!device) throw notFound('code', `${userCode.slice(0, 4)}-${userCode.slice(4)}`)
  const guard = randomBytes(16).toString('base64url')
  const decision = { userId: user.id, signInId: device.id, guard }
  const ticket = sealFor(ctx.sealingKeys, 'decision', decision)
  res.appendHeader('set-cookie', guardCookie(instanceUrl(config), guard))
  const { email } = user
  sendQuestion(res, { email, clientName: device.clientName, userCode, ticket })
}

function sendBack(res: ServerResponse, location: string): void {
  res.writeHead(302, {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-length': 0,
  })
  res.end()
}

const COOKIE = 'chainloop-sign-in'

function attemptCookie(url: string, value: string): string {
  const secure = url.startsWith('https:')
  // Lax: the way back from the provider comes from another site.
  const limits = { maxAgeSeconds: ATTEMPT_SECONDS, sameSite: 'Lax' } as const
  return cookieHeader({ name: COOKIE, value, secure, ...limits })
}

function attemptOf(ctx: Deps, req: IncomingMessage): Attempt | undefined {
  const secure = instanceUrl(ctx.config).startsWith('https:')
  const sealed = readCookie(req, { name: COOKIE, secure })
  return sealed === undefined ? undefined : openSealed(ctx.sealingKeys, 'sign-in', sealed)
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}
