const redacted = '[redacted]'
const maxLength = 1000

/** Operators read this: no secret setting may show, in whatever form a target echoes it. */
export function redact(text: string, secrets: readonly string[]): string {
  const clean = mask(text, secrets)
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}

/** The whole text without them. */
export function mask(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ])
    .filter((spelling) => spelling.length >= 4)
    .toSorted((a, b) => b.length - a.length)
  return spellings.reduce((rest, spelling) => rest.replaceAll(spelling, redacted), text)
}

/** The values of a registration that must not show. */
export function secretValues(
  { secretSettings }: { readonly secretSettings: readonly string[] },
  registration: Readonly<Record<string, unknown>>,
): string[] {
  return secretSettings
    .map((name) => registration[name])
    .filter((value) => typeof value === 'string')
}
