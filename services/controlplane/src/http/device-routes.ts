import type { IncomingMessage, ServerResponse } from 'node:http'

import { equalInConstantTime } from '@chainloop/kit/constant-time'
import { exhausted, invalid } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { recordForUser } from '../sessions/record-for-user.ts'
import { ATTEMPT_SECONDS, openSealed } from '../sign-in/attempt.ts'
import { readUserCode } from '../sign-in/device.ts'
import * as signIns from '../sign-in/sign-in-repo.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { cookieHeader, readCookie } from './cookies.ts'
import { originOf } from './origin.ts'
import { asPages, sendCodeForm, sendDecided } from './sign-in-pages.ts'

type Deps = Pick<Context, 'db' | 'config' | 'limits' | 'sealingKeys'>

/** Where people enter the code that a command line without a browser shows (RFC 8628), and say yes or no. */
export function deviceRoutes(ctx: Deps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/auth/device',
      handle(req, res) {
        const typed = new URLSearchParams((req.url ?? '').split('?')[1]).get('user_code') ?? ''
        const code = readUserCode(typed)
        sendCodeForm(res, code === undefined ? '' : `${code.slice(0, 4)}-${code.slice(4)}`)
      },
    },
    {
      method: 'POST',
      path: '/auth/device',
      handle: (req, res) => asPages(res, () => decide(ctx, req, res)),
    },
  ]
}

async function decide(ctx: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  await ctx.limits.signIn(originOf(req))
  const form = new URLSearchParams(await readForm(req))
  const secure = instanceUrl(ctx.config).startsWith('https:')
  const guard = readCookie(req, { name: COOKIE, secure })
  const ticket = openSealed(ctx.sealingKeys, 'decision', form.get('ticket') ?? '')
  res.setHeader('set-cookie', guardCookie(instanceUrl(ctx.config), ''))
  if (!ticket || guard === undefined || !equalInConstantTime(guard, ticket.guard)) {
    throw invalid('the question was not asked in this browser, or too long ago', {
      reason: 'SIGN_IN_UNKNOWN',
    })
  }
  const { userId, signInId: id } = ticket
  const approved = form.get('decision') === 'allow'
  await inTransaction(ctx.db, async (tx) => {
    if (!(await signIns.decide(tx, { id, userId, approved }))) {
      throw invalid('the code has expired, or was decided already', { reason: 'SIGN_IN_UNKNOWN' })
    }
    if (approved) return
    await recordForUser(tx, userId, { action: 'session.denied', targetId: id })
  })
  sendDecided(res, approved)
}

const COOKIE = 'chainloop-device'

/** Empty: to be forgotten. */
export function guardCookie(url: string, value: string): string {
  const secure = url.startsWith('https:')
  const limits = { maxAgeSeconds: ATTEMPT_SECONDS, sameSite: 'Strict' } as const
  return cookieHeader({ name: COOKIE, value, secure, ...limits })
}

const MAX_FORM_BYTES = 16_384

async function readForm(req: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req) {
    if (!(chunk instanceof Uint8Array)) throw invalid('the body is no sequence of bytes')
    size += chunk.length
    if (size > MAX_FORM_BYTES) throw exhausted('the form is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
