import { z } from 'zod'

import { optionalText, parseCredentials } from '../credentials.ts'

/**
 * Either a static key pair (with `sessionToken` if it is a temporary one), or `roleARN`, which this process assumes with
 * the organization's id as external id, or neither: then the identity of this process is used, if the operator allows it.
 */
const shape = z.object({
  accessKeyID: optionalText,
  secretAccessKey: optionalText,
  sessionToken: optionalText,
  roleARN: optionalText,
  region: optionalText,
  /** `path` or `virtual`; else virtual at AWS, path elsewhere. */
  addressing: z.enum(['path', 'virtual']).optional(),
  /** Written by older versions; wins over the location's. */
  bucketName: optionalText,
})

export type S3Credentials = z.infer<typeof shape>

/** Throws `invalid` (CREDENTIALS_INVALID). */
export function parseS3Credentials(credentials: unknown): S3Credentials {
  return parseCredentials(shape, credentials)
}
