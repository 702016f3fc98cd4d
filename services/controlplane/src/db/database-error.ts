import { aborted, type DomainError, unavailable } from '@chainloop/kit/errors'

/**
 * Connection exceptions, shutdown, too many connections, out of resources, and a standby that is not promoted yet
 * (PostgreSQL, appendix A).
 */
const UNAVAILABLE =
  /^(08...|57P0[1-5]|53[0-4]..|25006|ECONN\w+|E(?:HOST|NET)UNREACH|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)$/
/** Serialization failure and deadlock: nothing happened, and trying again may work. */
const ABORTED = /^(40001|40P01|55P03)$/
/** What the driver says without a code. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i

/** What a caller should know about a database that failed; undefined for everything that is our own mistake. */
export function databaseError(cause: unknown): DomainError | undefined {
  const { code = '', message = '' }: Failure =
    typeof cause === 'object' && cause !== null ? cause : {}
  if (ABORTED.test(String(code))) {
    return aborted('others changed the same things at the same time', {
      reason: 'CONCURRENT_CHANGE',
      hint: 'try again',
      cause,
    })
  }
  if (UNAVAILABLE.test(String(code)) || LOST.test(String(message))) {
    return unavailable('the database cannot be reached', {
      reason: 'DATABASE_UNAVAILABLE',
      hint: 'try again',
      cause,
    })
  }
  return undefined
}

interface Failure {
  readonly code?: unknown
  readonly message?: unknown
}
