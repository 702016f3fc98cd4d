import { z } from 'zod'

import { optionalText, parseCredentials } from '../credentials.ts'

/**
 * The key file of a service account: `client_email` and `private_key`. Neither: the identity of this process, if the
 * operator allows it. Files of other types are refused, as they can name files and programs on this machine.
 */
const shape = z.object({
  type: z.literal('service_account').optional(),
  client_email: optionalText,
  private_key: optionalText,
  private_key_id: optionalText,
})

export type GcsCredentials = z.infer<typeof shape>

/** Throws `invalid` (CREDENTIALS_INVALID). */
export function parseGcsCredentials(credentials: unknown): GcsCredentials {
  return parseCredentials(shape, credentials)
}
