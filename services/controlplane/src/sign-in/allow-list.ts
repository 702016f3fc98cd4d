import { forbidden } from '@chainloop/kit/errors'

import type { Config } from '../config.ts'

/** Rules are addresses and `@domain`s, in any case; without rules everybody is allowed. Throws `forbidden`. */
export function assertAllowed({ signInAllow }: Pick<Config, 'signInAllow'>, email: string): void {
  if (signInAllow.length === 0) return
  const domain = email.slice(email.lastIndexOf('@'))
  const isAllowed = signInAllow.some((rule) => {
    const lower = rule.toLowerCase()
    return lower === email || (lower.startsWith('@') && lower === domain)
  })
  if (isAllowed) return
  throw forbidden(`${email} is not on the list of people who may use this instance`, {
    reason: 'ALLOW_LIST_ERROR_NOT_IN_LIST',
  })
}

export function isInstanceAdmin(
  { instanceAdmins }: Pick<Config, 'instanceAdmins'>,
  email: string,
): boolean {
  return instanceAdmins.some((one) => one.toLowerCase() === email)
}
