import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from '../lib/process.ts'
import type { NamedTest } from './jest-run.ts'

/** One line of test/expected-skips.json. */
export interface ExpectedSkip {
  /** A test file, or a folder ending in `/`. */
  readonly file: string
  /** What the full title begins with; left out for all tests of the file. */
  readonly title?: string
  /** The skip is expected only while this variable is not set … */
  readonly unlessSet?: string
  /** … or this program is not installed. */
  readonly unlessInstalled?: string
  readonly reason: string
}

/** What the tests found when they ran. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isInstalled: (program: string) => boolean
}

export interface JudgedSkip extends NamedTest {
  /** Undefined when nobody expected it. */
  readonly reason: string | undefined
}

export function readExpectedSkips(): ExpectedSkip[] {
  return JSON.parse(
    readFileSync(join(root, 'test', 'expected-skips.json'), 'utf8'),
  ) as ExpectedSkip[]
}

/** Finds the reason of each skip. */
export function judgeSkips(
  skipped: readonly NamedTest[],
  expected: readonly ExpectedSkip[],
  surroundings: Surroundings,
): JudgedSkip[] {
  return skipped.map((test) => ({
    ...test,
    reason: expected.find((skip) => covers(skip, test) && isLacking(skip, surroundings))?.reason,
  }))
}

function covers({ file, title = '' }: ExpectedSkip, test: NamedTest): boolean {
  const sameFile = file.endsWith('/') ? test.file.startsWith(file) : test.file === file
  return sameFile && test.title.startsWith(title)
}

function isLacking(skip: ExpectedSkip, { env, isInstalled }: Surroundings): boolean {
  const { unlessSet, unlessInstalled } = skip
  if (unlessSet !== undefined) return !env[unlessSet]
  return unlessInstalled !== undefined && !isInstalled(unlessInstalled)
}
