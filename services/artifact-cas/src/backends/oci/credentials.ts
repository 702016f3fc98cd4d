import { z } from 'zod'

import { optionalText, parseCredentials } from '../credentials.ts'

/**
 * `username` and `password` of the registry. Neither: what the Docker configuration of this process has for the
 * registry, credential helpers included, if the operator allows it, else none.
 */
const shape = z.object({
  /** Written by older versions; wins over the location. */
  repo: optionalText,
  username: optionalText,
  password: optionalText,
})

export type OciCredentials = z.infer<typeof shape>

/** Throws `invalid` (CREDENTIALS_INVALID). */
export function parseOciCredentials(credentials: unknown): OciCredentials {
  return parseCredentials(shape, credentials)
}
