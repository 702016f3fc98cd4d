import { invalid } from '@chainloop/kit/errors'

export interface User {
  readonly id: string
  /** Lower case. */
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly instanceAdmin: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
}

const EMAIL = /^[^\s@<>"',;:\\()[\]\p{Cc}]{1,64}@[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u
const MAX_EMAIL_LENGTH = 254

/** Lower case. Throws `invalid` for what is no address. */
export function readEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (email.length <= MAX_EMAIL_LENGTH && EMAIL.test(email)) return email
  throw invalid(`${JSON.stringify(text)} is not an e-mail address`, { reason: 'INVALID_EMAIL' })
}
