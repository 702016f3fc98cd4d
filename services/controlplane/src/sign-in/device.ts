import { randomBytes, randomInt } from 'node:crypto'

import { unavailable } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import * as signIns from './sign-in-repo.ts'
import type { SignIn } from './sign-in-repo.ts'

const DEVICE_MS = 10 * 60_000
const SLOWER_SECONDS = 5
/** No vowels, so that no words come about, and nothing that looks like something else (RFC 8628 section 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/

export interface StartedDevice {
  readonly deviceCode: string
  /** `BCDF-GHJK`. */
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string
  readonly expiresAt: Date
  readonly intervalSeconds: number
}

export async function startDevice(
  { db, config }: Pick<Context, 'db' | 'config'>,
  { clientName }: { readonly clientName: string },
): Promise<StartedDevice> {
  const deviceCode = randomBytes(32).toString('base64url')
  const userCode = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const expiresAt = new Date(Date.now() + DEVICE_MS)
  const wanted = { kind: 'device', secret: deviceCode, userCode, clientName, expiresAt } as const
  const started = await signIns.insert(db, wanted)
  if (!started) throw unavailable('try again')
  const shown = `${userCode.slice(0, 4)}-${userCode.slice(4)}`
  const verificationUri = `${instanceUrl(config)}/auth/device`
  return {
    deviceCode,
    userCode: shown,
    verificationUri,
    verificationUriComplete: `${verificationUri}?user_code=${shown}`,
    expiresAt,
    intervalSeconds: started.intervalSeconds,
  }
}

/** As people type it; undefined when it is no code at all. */
export function readUserCode(typed: string): string | undefined {
  const code = typed.replaceAll(/[\s-]/g, '').toUpperCase()
  return CODE.test(code) ? code : undefined
}

export type DevicePoll =
  | { readonly state: 'pending' | 'slow_down' | 'denied' | 'expired' }
  | { readonly state: 'approved'; readonly tokens: SessionTokens }

export async function pollDevice(
  ctx: Pick<Context, 'db' | 'tokens' | 'config'>,
  { deviceCode }: { readonly deviceCode: string },
): Promise<DevicePoll> {
  return inTransaction(ctx.db, async (tx) => {
    const found = await signIns.findForUpdate(tx, { kind: 'device', secret: deviceCode })
    if (!found || found.state === 'used') return { state: 'expired' }
    if (found.state === 'denied') return { state: 'denied' }
    if (found.state === 'approved' && found.userId !== undefined) {
      const { userId, clientName } = found
      await signIns.markUsed(tx, found.id)
      return {
        state: 'approved',
        tokens: await openSession({ ...ctx, db: tx }, { userId, clientName }),
      }
    }
    const tooSoon = isTooSoon(found)
    const intervalSeconds = found.intervalSeconds + (tooSoon ? SLOWER_SECONDS : 0)
    await signIns.notePoll(tx, { id: found.id, intervalSeconds })
    return { state: tooSoon ? 'slow_down' : 'pending' }
  })
}

/** Half a second is the network's. */
function isTooSoon({ polledAt, intervalSeconds }: SignIn): boolean {
  return polledAt !== undefined && Date.now() - polledAt.getTime() < intervalSeconds * 1000 - 500
}
