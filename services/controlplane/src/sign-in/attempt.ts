import { open, seal } from '@chainloop/kit/secrets/seal'

import type { Context } from '../context.ts'
import type { Checks } from './identity-provider.ts'

/** What the person wants to be signed in for. */
export type Intent =
  | { readonly for: 'nothing' }
  | { readonly for: 'device'; readonly userCode: string }
  | {
      readonly for: 'browser'
      readonly callback: string
      /** Of the command line, which recognises its own sign-in by it. */
      readonly state: string
      readonly codeChallenge: string
      readonly clientName: string
    }

export interface Attempt {
  readonly checks: Checks
  readonly intent: Intent
}

/** Somebody who signed in and has not said yet whether a device may, too. */
export interface Decision {
  readonly userId: string
  readonly signInId: string
  /** Has to be in the browser's cookie as well. */
  readonly guard: string
}

type Kind = 'sign-in' | 'decision'
interface Kinds {
  readonly 'sign-in': Attempt
  readonly decision: Decision
}

export const ATTEMPT_SECONDS = 600

/** Kept by the browser, readable and changeable by nobody but us, on every replica. */
export function sealFor<K extends Kind>(
  [key]: Context['sealingKeys'],
  kind: K,
  value: Kinds[K],
): string {
  const expiresAt = Date.now() + ATTEMPT_SECONDS * 1000
  const plain = Buffer.from(JSON.stringify({ value, expiresAt }))
  return Buffer.from(seal(key, plain, kind)).toString('base64url')
}

/** Undefined for what is not ours, was changed, was sealed for something else, or has expired. */
export function openSealed<K extends Kind>(
  keys: Context['sealingKeys'],
  kind: K,
  sealed: string,
): Kinds[K] | undefined {
  try {
    const plain = open(keys, Buffer.from(sealed, 'base64url'), kind)
    // Only `sealFor` makes what opens.
    const { value, expiresAt } = JSON.parse(Buffer.from(plain).toString()) as {
      value: Kinds[K]
      expiresAt: number
    }
    return expiresAt > Date.now() ? value : undefined
  } catch {
    return undefined
  }
}
