import { writeFile } from 'node:fs/promises'

import type { Options } from '../core/command.ts'
import { junitXml } from './junit.ts'
import { sarifJson } from './sarif.ts'

/** What a command found, for the programs that annotate builds. */
export interface Report {
  readonly results: readonly ReportedResult[]
  readonly cases: readonly ReportedCase[]
}

/** Something that is wrong, and where. */
export interface ReportedResult {
  /** A policy, or a rule of a linter. */
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly message: string
  /** What to do about it; undefined: nobody says. */
  readonly fix?: string | undefined
  readonly file?: string | undefined
  /** From 1. */
  readonly row?: number | undefined
  readonly column?: number | undefined
}

export interface ReportedCase {
  /** What was judged, or the file of the tests. */
  readonly suite: string
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped. */
  readonly reasons: readonly string[]
}

export const reportOptions = {
  sarif: {
    type: 'string',
    placeholder: 'path',
    help: 'write what was found as SARIF, for code scanning',
  },
  junit: {
    type: 'string',
    placeholder: 'path',
    help: 'write the outcome as JUnit XML, for test reports',
  },
} as const satisfies Options

/** Writes the files that were asked for. */
export async function writeReports(
  { sarif, junit }: { readonly sarif: string | undefined; readonly junit: string | undefined },
  report: Report,
): Promise<void> {
  if (sarif !== undefined) await writeFile(sarif, sarifJson(report.results))
  if (junit !== undefined) await writeFile(junit, junitXml(report.cases))
}
