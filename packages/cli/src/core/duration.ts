import { UsageError } from './exit.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `12h`, `30d`, and sums of them, `1d12h`; in seconds. Throws `UsageError`. */
export function durationSeconds(option: string, typed: string): number {
  if (!/^(?:\d{1,6}[smhd])+$/.test(typed)) {
    throw new UsageError(
      `${option} must be a duration such as 30d or 12h, not ${JSON.stringify(typed)}`,
    )
  }
  return [...typed.matchAll(/(\d+)([smhd])/g)].reduce(
    (total, [, amount = '0', unit = '']) => total + Number(amount) * (UNITS[unit] ?? 0),
    0,
  )
}
