const redacted = '[redacted]'
const maxLength = 1000

/** Operators read this: no secret setting may show, in whatever form a target echoes it. */
export function redact(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ])
    .filter((spelling) => spelling.length >= 4)
    .toSorted((a, b) => b.length - a.length)
  const clean = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, redacted), text)
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}
