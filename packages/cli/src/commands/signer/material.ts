import { UsageError } from '../../core/exit.ts'

export interface GivenMaterial {
  readonly publicKey: string | undefined
  readonly certificateChain: string | undefined
  readonly fulcioRoot: string | undefined
}

export type MaterialCase = 'publicKey' | 'certificateChain' | 'fulcioRoot'

/** Which one of the three was given. */
export function materialCase(given: GivenMaterial): { case: MaterialCase; place: string } {
  const cases = ['publicKey', 'certificateChain', 'fulcioRoot'] as const
  const found = cases.flatMap((name) => {
    const place = given[name]
    return place === undefined ? [] : [{ case: name, place }]
  })
  const [one, ...more] = found
  if (one === undefined || more.length > 0) {
    throw new UsageError('give one of --public-key, --certificate-chain and --fulcio-root')
  }
  return one
}

/** A pattern that matches exactly this, RE2 syntax. */
export function exactly(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

/** An instant in RFC 3339, or a day. */
export function instant(name: string, typed: string | undefined): Date | undefined {
  if (typed === undefined) return undefined
  const at = new Date(typed)
  if (/^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(typed) && !Number.isNaN(at.getTime())) return at
  throw new UsageError(`--${name} must be a day or an instant such as 2027-01-31T12:00:00Z`)
}
