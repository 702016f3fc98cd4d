import type { Hold } from './delivery.ts'

/** The way to a registration's target, as all replicas know it. */
export interface Lane {
  readonly integrationId: string
  readonly organizationId: string
  /** Attempts at the same time, by all workers together. */
  readonly maxConcurrency: number
  /** Deliveries begun; undefined: no limit. */
  readonly maxPerSecond: number | undefined
  readonly pausedAt: Date | undefined
  readonly pauseReason: string
  readonly circuit: Circuit
  readonly backlogged: boolean
  /** When deliveries that were held were last let go. */
  readonly releasedAt: Date
}

/** Open: the target has failed again and again, or asked for time; only now and then one delivery is let through. */
export interface Circuit {
  /** In a row. */
  readonly failures: number
  /** Openings without a delivery between them. */
  readonly openings: number
  /** Undefined: closed. */
  readonly openUntil: Date | undefined
  /** One delivery was let through to see whether the target is back; until `openUntil` it may take. */
  readonly probing: boolean
  readonly lastError: string
}

/** What an attempt says about the target. */
export interface TargetSign {
  readonly kind: 'alive' | 'failed' | 'throttled'
  /** The pause it asked for. */
  readonly retryAfterMs: number
  readonly detail: string
}

export const closedCircuit: Circuit = {
  failures: 0,
  openings: 0,
  openUntil: undefined,
  probing: false,
  lastError: '',
}

/** How many deliveries of one lane are in reach of the workers; the rest waits where it costs them nothing. */
export const readyWindow = 1000
const failuresToOpen = 5
const maxOpenMs = 10 * 60_000
const maxThrottleMs = 3_600_000

/** What happens to a delivery that is queued now. */
export function holdOf(lane: Lane): Hold {
  if (lane.pausedAt) return 'paused'
  if (lane.circuit.openUntil) return 'broken'
  if (lane.maxPerSecond !== undefined) return 'rate'
  return lane.backlogged ? 'backlog' : ''
}

export interface CircuitClock {
  readonly now: Date
  /** 0 ≤ random < 1. */
  readonly random: number
  /** How long the circuit is open the first time; doubled each time. */
  readonly pauseMs: number
}

/** The circuit after an attempt. */
export function afterAttempt(circuit: Circuit, sign: TargetSign, clock: CircuitClock): Circuit {
  if (sign.kind === 'alive') return closedCircuit
  const known = { ...circuit, lastError: sign.detail }
  if (sign.kind === 'throttled') return throttled(known, sign, clock)
  const failures = circuit.failures + 1
  // Attempts that were on their way when it opened tell nothing new.
  const telling = circuit.openUntil ? circuit.probing : failures >= failuresToOpen
  if (!telling) return { ...known, failures }
  const pauseMs = Math.min(maxOpenMs, clock.pauseMs * 2 ** Math.min(circuit.openings, 16))
  const openUntil = new Date(clock.now.getTime() + pauseMs * (0.75 + clock.random / 2))
  return { ...known, failures, openUntil, openings: circuit.openings + 1, probing: false }
}

function throttled(circuit: Circuit, { retryAfterMs }: TargetSign, { now }: CircuitClock): Circuit {
  if (retryAfterMs === 0) return circuit
  const until = new Date(now.getTime() + Math.min(retryAfterMs, maxThrottleMs))
  const { openUntil, probing } = circuit
  return {
    ...circuit,
    openUntil: openUntil && !probing && openUntil > until ? openUntil : until,
    probing: false,
  }
}
