import { z } from 'zod'

import { optionalText, parseCredentials } from '../credentials.ts'

/**
 * A service principal: all of `tenantID`, `clientID` and `clientSecret`. None of them: the workload identity of this
 * process, if the operator allows it.
 */
const shape = z.object({
  tenantID: optionalText,
  clientID: optionalText,
  clientSecret: optionalText,
  /** Written by older versions, which win over the location's. */
  storageAccountName: optionalText,
  container: optionalText,
  endpoint: optionalText,
})

export type AzureCredentials = z.infer<typeof shape>

/** Throws `invalid` (CREDENTIALS_INVALID). */
export function parseAzureCredentials(credentials: unknown): AzureCredentials {
  return parseCredentials(shape, credentials)
}
