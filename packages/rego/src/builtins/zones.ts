import { fromCivil, nanosPerSecond } from './calendar.ts'
import { fail } from './operands.ts'

/** Offsets of a time zone from UTC. */
export type Zone = {
  /** Seconds east of UTC at an instant. */
  readonly offsetAt: (nanos: bigint) => number
  readonly abbreviationAt: (nanos: bigint) => string
}

export const utc: Zone = { offsetAt: () => 0, abbreviationAt: () => 'UTC' }

export function fixedZone(offset: number, name?: string): Zone {
  return { offsetAt: () => offset, abbreviationAt: () => name ?? '' }
}

const cache = new Map<string, Zone>([['UTC', utc], ['', utc], ['Local', utc]]) // prettier-ignore

/** A zone of the IANA database. `Local` is UTC: policies do not depend on where they run. */
export function zoneNamed(name: string): Zone {
  const known = cache.get(name)
  if (known) return known
  const zone = createZone(name)
  cache.set(name, zone)
  return zone
}

function createZone(timeZone: string): Zone {
  // The platform takes offsets for names of zones; the database does not have them.
  if (/^[+-]/.test(timeZone)) throw fail(`unknown time zone ${timeZone}`)
  const offsets = format(timeZone, {
    hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric',
  }) // prettier-ignore
  const names = format(timeZone, { timeZoneName: 'short' })
  return {
    offsetAt: (nanos) => {
      const parts = new Map(
        offsets.formatToParts(millisOf(nanos)).map(({ type, value }) => [type, value]),
      )
      const field = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
      const year = parts.get('era') === 'BC' ? 1 - field('year') : field('year')
      const civil = {
        year, month: field('month'), day: field('day'),
        hour: field('hour'), minute: field('minute'), second: field('second'), nano: 0,
      } // prettier-ignore
      return Number(fromCivil(civil) / nanosPerSecond) - Math.floor(millisOf(nanos) / 1000)
    },
    abbreviationAt: (nanos) =>
      names.formatToParts(millisOf(nanos)).find(({ type }) => type === 'timeZoneName')?.value ?? '',
  }
}

function millisOf(nanos: bigint): number {
  return Number(nanos / 1_000_000n)
}

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone })
  } catch {
    throw fail(`unknown time zone ${timeZone}`)
  }
}

/** The instant at which clocks of the zone show this time, given as if it were UTC. */
export function instantOf(local: bigint, zone: Zone): bigint {
  const guess = local - BigInt(zone.offsetAt(local)) * nanosPerSecond
  return local - BigInt(zone.offsetAt(guess)) * nanosPerSecond
}

export function localTime(nanos: bigint, zone: Zone): bigint {
  return nanos + BigInt(zone.offsetAt(nanos)) * nanosPerSecond
}
