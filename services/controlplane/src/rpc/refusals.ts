import { DomainError, type ErrorCode } from '@chainloop/kit/errors'
import type { Interceptor } from '@connectrpc/connect'

import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { databaseError } from '../db/database-error.ts'
import { accessOf, procedure } from './access.ts'
import { actorKey } from './actor-key.ts'

/** Codes that say "you may not" or "not like this", as opposed to "not now". */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'invalid',
  'not_found',
  'already_exists',
  'forbidden',
  'conflict',
])

/**
 * Puts what use cases refuse into the audit log: every denial, and every attempt to change something. Says when it
 * was the database that failed.
 */
export function refusalInterceptor({ db, log }: Pick<Context, 'db' | 'log'>): Interceptor {
  return (next) => async (req) => {
    try {
      return await next(req)
    } catch (thrown) {
      const cause = databaseError(thrown) ?? thrown
      const actor = req.contextValues.get(actorKey)
      if (
        cause instanceof DomainError &&
        actor.organizationId !== '' &&
        isRefusal(cause, req.method)
      ) {
        await audit
          .record(db, {
            organizationId: actor.organizationId,
            actor,
            action: 'call.refused',
            outcome: 'refused',
            targetType: 'rpc',
            targetId: procedure(req.method),
            details: { code: cause.code, reason: cause.reason, message: cause.message },
          })
          .catch((err: unknown) => log.error({ err }, 'a refusal could not be recorded'))
      }
      throw cause
    }
  }
}

function isRefusal({ code }: DomainError, method: Parameters<typeof accessOf>[0]): boolean {
  const isReading = accessOf(method)?.endsWith(':read') ?? true
  return code === 'forbidden' || (!isReading && REFUSALS.has(code))
}
