import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from '../lib/process.ts'
import type { SkippedTest } from './jest-run.ts'

/** One line of test/expected-skips.json. */
export interface ExpectedSkip {
  /** A test file, or a folder ending in `/`. */
  readonly file: string
  /** What the full title begins with; left out for all tests of the file. */
  readonly title?: string
  /** The skip is expected only while this variable is not set. */
  readonly unless: string
  readonly reason: string
}

export interface JudgedSkip extends SkippedTest {
  /** Undefined when nobody expected it. */
  readonly reason: string | undefined
}

export function readExpectedSkips(): ExpectedSkip[] {
  return JSON.parse(
    readFileSync(join(root, 'test', 'expected-skips.json'), 'utf8'),
  ) as ExpectedSkip[]
}

/** Finds the reason of each skip; `env` is what the tests saw. */
export function judgeSkips(
  skipped: readonly SkippedTest[],
  expected: readonly ExpectedSkip[],
  env: Readonly<Record<string, string | undefined>>,
): JudgedSkip[] {
  return skipped.map((test) => ({
    ...test,
    reason: expected.find((skip) => covers(skip, test) && !env[skip.unless])?.reason,
  }))
}

function covers({ file, title = '' }: ExpectedSkip, test: SkippedTest): boolean {
  const sameFile = file.endsWith('/') ? test.file.startsWith(file) : test.file === file
  return sameFile && test.title.startsWith(title)
}
