import type { Comparison } from './suite.ts'

/** Peers that have nothing to be compared with yet; named so that nobody takes silence for agreement. */
const waiting: readonly (readonly [string, string])[] = [
  ['opa', 'policies are not evaluated yet; packages/rego runs its official cases instead'],
]

export function laterSuite(): readonly Comparison[] {
  return waiting.map(([title, why]) => ({
    title,
    run: () => Promise.resolve({ outcome: 'not run', why }),
  }))
}
