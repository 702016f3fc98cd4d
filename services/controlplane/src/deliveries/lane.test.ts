import { expect, test } from '@jest/globals'

import { type Circuit, type TargetSign, afterAttempt, closedCircuit } from './lane.ts'

const now = new Date('2026-11-23T10:00:00Z')
const clock = { now, random: 0.5, pauseMs: 30_000 }
const failed: TargetSign = { kind: 'failed', retryAfterMs: 0, detail: 'no answer' }
const alive: TargetSign = { kind: 'alive', retryAfterMs: 0, detail: '' }

function after(count: number, sign: TargetSign, from: Circuit = closedCircuit): Circuit {
  return Array.from({ length: count }).reduce<Circuit>(
    (circuit) => afterAttempt(circuit, sign, clock),
    from,
  )
}

function openMs({ openUntil }: Circuit): number | undefined {
  return openUntil && openUntil.getTime() - now.getTime()
}

test('a target that fails five times in a row is left alone for a while', () => {
  expect(openMs(after(4, failed))).toBeUndefined()
  expect(openMs(after(5, failed))).toBe(30_000)
  expect(after(5, failed).lastError).toBe('no answer')
})

test('a delivery between the failures shows that the target is there', () => {
  expect(openMs(after(4, failed, afterAttempt(after(4, failed), alive, clock)))).toBeUndefined()
})

test('what was on its way when the circuit opened does not keep it open for longer', () => {
  expect(after(20, failed)).toMatchObject({ openings: 1 })
})

test('a probe that fails doubles the pause, up to ten minutes', () => {
  const probed = (openings: number): Circuit =>
    afterAttempt({ ...after(5, failed), openings, probing: true }, failed, clock)

  expect(openMs(probed(1))).toBe(60_000)
  expect(openMs(probed(2))).toBe(120_000)
  expect(openMs(probed(30))).toBe(600_000)
})

test('a probe that arrives closes the circuit', () => {
  expect(afterAttempt({ ...after(5, failed), probing: true }, alive, clock)).toEqual(closedCircuit)
})

test('a target that asks for time gets it for all its deliveries, an hour at most', () => {
  const ask = (retryAfterMs: number): TargetSign => ({
    kind: 'throttled',
    retryAfterMs,
    detail: '',
  })

  expect(openMs(afterAttempt(closedCircuit, ask(7000), clock))).toBe(7000)
  expect(openMs(afterAttempt(closedCircuit, ask(1e9), clock))).toBe(3_600_000)
  expect(openMs(afterAttempt(after(5, failed), ask(7000), clock))).toBe(30_000)
  expect(openMs(afterAttempt(closedCircuit, ask(0), clock))).toBeUndefined()
})
