import { expect } from '@jest/globals'
import type { AsyncExpectationResult } from 'expect'

import type { ErrorCode } from '../errors.ts'

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** The promise rejects, or the function throws, with a DomainError of this code. */
    toFailWith(code: ErrorCode, message?: string | RegExp): Promise<T extends unknown ? R : never>
  }
}

/** `import { expect } from '@chainloop/kit/testing/matchers'` in place of jest's. */
export { expect }

expect.extend({
  toFailWith: async (
    received: unknown,
    code: ErrorCode,
    message?: string | RegExp,
  ): AsyncExpectationResult => {
    const failure = await failureOf(received)
    const seen =
      failure === undefined
        ? 'nothing was thrown'
        : `${String(failure.code)}: ${String(failure.message)}`
    const pass = failure?.code === code && matches(String(failure.message), message)
    return {
      pass,
      message: () => `expected ${code}${message ? ` (${String(message)})` : ''}, got ${seen}`,
    }
  },
})

type Failure = { readonly code?: unknown; readonly message?: unknown }

async function failureOf(received: unknown): Promise<Failure | undefined> {
  try {
    await (typeof received === 'function' ? (received as () => unknown)() : received)
    return undefined
  } catch (cause) {
    return cause as Failure
  }
}

function matches(text: string, expected: string | RegExp | undefined): boolean {
  if (expected === undefined) return true
  return typeof expected === 'string' ? text.includes(expected) : expected.test(text)
}
