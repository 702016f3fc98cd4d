/** The credential of `authorization: Bearer …`; the scheme is case-insensitive (RFC 9110 §11.1). */
export function bearerToken(headers: Headers): string | undefined {
  return parseBearer(headers.get('authorization') ?? undefined)
}

export function parseBearer(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
}
