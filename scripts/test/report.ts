import { say } from '../lib/say.ts'
import type { NamedTest } from './jest-run.ts'
import type { JudgedSkip } from './skips.ts'

export interface Totals {
  readonly passed: number
  readonly failed: number
}

/** What tests left beside their numbers. */
export interface Remarks {
  readonly skips: readonly JudgedSkip[]
  readonly unsteady: readonly NamedTest[]
}

/** Prints what held only the second time, the skips with their reasons and the closing line; returns the exit code. */
export function report(
  totals: readonly Totals[],
  { skips = [], unsteady = [] }: Partial<Remarks> = {},
): number {
  say()
  if (unsteady.length > 0) {
    say(`unsteady, which is a defect: ${unsteady.length}`)
    for (const { file, title } of unsteady) say(`  ${file} › ${title}`)
  }
  say(`skipped: ${skips.length}`)
  for (const [reason, tests] of byReason(skips)) {
    say(`  ${reason} (${tests.length})`)
    for (const { file, title } of tests) say(`    ${file} › ${title}`)
  }
  const unexpected = skips.filter(({ reason }) => reason === undefined).length
  const passed = totals.reduce((sum, some) => sum + some.passed, 0)
  const failed = totals.reduce((sum, some) => sum + some.failed, unexpected)
  say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function byReason(skips: readonly JudgedSkip[]): Map<string, JudgedSkip[]> {
  return Map.groupBy(
    skips,
    ({ reason }) => reason ?? 'FAILED, not listed in test/expected-skips.json',
  )
}
