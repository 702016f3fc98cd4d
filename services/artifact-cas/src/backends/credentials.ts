import { invalid } from '@chainloop/kit/errors'
import { z } from 'zod'

/**
 * Reads stored credentials: an object whose field names are matched without regard to case, as both `accessKeyID`
 * and `AccessKeyID` are stored somewhere. Unknown fields are passed over. Throws `invalid` (CREDENTIALS_INVALID),
 * which names the fields and never their values.
 */
export function parseCredentials<T extends z.ZodRawShape>(
  shape: z.ZodObject<T>,
  credentials: unknown,
): z.infer<z.ZodObject<T>> {
  const parsed = shape.safeParse(withNamesOf(shape, credentials))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  )
  throw invalid(`the credentials of the storage are not usable: ${problems.join('; ')}`, {
    reason: 'CREDENTIALS_INVALID',
  })
}

function withNamesOf(shape: z.ZodObject, credentials: unknown): unknown {
  if (credentials === null || typeof credentials !== 'object') return credentials
  const names = new Map(Object.keys(shape.shape).map((name) => [name.toLowerCase(), name]))
  const entries = Object.entries(credentials).flatMap(([name, value]) => {
    const known = names.get(name.toLowerCase())
    return known === undefined ? [] : [[known, value] as const]
  })
  return Object.fromEntries(entries)
}

/** Stored forms have empty strings where nothing was given. */
export const optionalText = z
  .string()
  .optional()
  .transform((value) => value || undefined)
