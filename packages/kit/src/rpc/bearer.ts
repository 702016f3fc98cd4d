import { parseBearer } from '../bearer.ts'

/** The credential of a call's `authorization: Bearer …`. */
export function bearerToken(headers: Headers): string | undefined {
  return parseBearer(headers.get('authorization') ?? undefined)
}
