import { invalid } from '@chainloop/kit/errors'

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Lower-case letters, digits and inner dashes, 1 to 63 of them (RFC 1123 label). */
export function assertName(what: string, name: string): void {
  if (LABEL.test(name)) return
  throw invalid(
    name === ''
      ? `a ${what} needs a name`
      : `${JSON.stringify(name)} is not a ${what} name: 1 to 63 lower-case letters, digits and inner dashes`,
    { reason: 'INVALID_NAME', metadata: { what } },
  )
}

export function isUuid(text: string): boolean {
  return UUID.test(text)
}
