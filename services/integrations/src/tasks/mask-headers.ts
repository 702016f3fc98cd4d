import { mask } from '../dispatch/redact.ts'

/** Carry credentials, also those that were made from secrets and do not contain them. */
const credentials = /authorization|cookie|token|secret|password|api-?key|signature|credential/i

export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credentials.test(name) ? '[redacted]' : mask(value, secrets),
    ]),
  )
}
