import { DomainError, exhausted } from '@chainloop/kit/errors'
import { clientAddress, parseProxies } from '@chainloop/kit/http/client-address'

import type { Actor } from './auth/actor.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'

type Deps = Pick<Context, 'coordination'> & {
  readonly config: Pick<
    Config,
    | 'trustedProxies'
    | 'failedLoginsPerMinute'
    | 'timestampsPerMinute'
    | 'callsPerMinute'
    | 'organizationCallsPerMinute'
  >
}

/** What limits need to know of a request's connection. */
export interface Origin {
  /** Address of the other end, maybe a proxy's. */
  readonly peer: string
  /** The `X-Forwarded-For` header; empty when there is none. */
  readonly forwardedFor: string
}

export interface Limits {
  /** Of the client, where the proxies in between are trusted to say so. */
  addressOf(origin: Origin): string
  /** Throws `exhausted` when the account or its organization has had its share of calls for now. */
  call(actor: Pick<Actor, 'kind' | 'id' | 'organizationId'>): Promise<void>
  /** Throws `exhausted` when the address has had its share of timestamps for now. */
  timestamp(origin: Origin): Promise<void>
  /** Throws `exhausted` when too many people begin to sign in from the address. */
  signIn(origin: Origin): Promise<void>
  /**
   * Counts attempts that fail with `unauthenticated`; above the limit they fail with `exhausted`. A good credential
   * always gets through: many jobs share one address, and one that keeps failing must not lock the others out.
   */
  login<T>(origin: Origin, attempt: () => Promise<T>): Promise<T>
}

const WINDOW_SECONDS = 60
/** A class in front of one address gets through; who guesses codes does not get far. */
const SIGN_INS_PER_MINUTE = 120

export function createLimits({ coordination, config }: Deps): Limits {
  const proxies = parseProxies(config.trustedProxies)

  async function use(key: string, points: number, refusal: string): Promise<void> {
    const limit = { points, windowSeconds: WINDOW_SECONDS }
    const { allowed, retryAfterMs } = await coordination.limit(key, limit)
    if (allowed) return
    throw exhausted(refusal, { reason: 'RATE_LIMITED', retryAfterMs })
  }
  const useFrom = (what: string, points: number, origin: Origin): Promise<void> =>
    use(`${what}:${clientAddress(origin, proxies)}`, points, `too many ${what}s from this address`)

  return {
    addressOf: (origin) => clientAddress(origin, proxies),
    async call({ kind, id, organizationId }) {
      await use(`call:${kind}:${id}`, config.callsPerMinute, `too many calls of this ${kind}`)
      if (organizationId === '') return
      const whole = `call:organization:${organizationId}`
      await use(whole, config.organizationCallsPerMinute, 'too many calls of this organization')
    },
    timestamp: (origin) => useFrom('timestamp', config.timestampsPerMinute, origin),
    signIn: (origin) => useFrom('sign-in', SIGN_INS_PER_MINUTE, origin),
    async login(origin, attempt) {
      try {
        return await attempt()
      } catch (cause) {
        if (cause instanceof DomainError && cause.code === 'unauthenticated') {
          await useFrom('failed login', config.failedLoginsPerMinute, origin)
        }
        throw cause
      }
    },
  }
}
