import { UsageError } from './exit.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A day, an instant, or how far away it is: `90d`. Throws `UsageError`. */
export function moment(
  flag: string,
  typed: string,
  { from = new Date(), towards }: { readonly from?: Date; readonly towards: 'past' | 'future' },
): Date {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(typed) ?? []
  if (count !== undefined) {
    const ms = Number(count) * (UNITS_MS[unit] ?? 0)
    return new Date(from.getTime() + (towards === 'past' ? -ms : ms))
  }
  const at = new Date(typed)
  if (/^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(typed) && !Number.isNaN(at.getTime())) return at
  throw new UsageError(
    `--${flag} must be like 90d, 2027-01-31 or 2027-01-31T12:00:00Z, not ${typed}`,
  )
}
