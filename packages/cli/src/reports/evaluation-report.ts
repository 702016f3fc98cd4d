import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Report } from './report.ts'

/** What to do about a violation, where its policy says so. */
export function fixOf({
  finding,
}: Pick<PolicyEvaluation['violations'][number], 'finding'>): string | undefined {
  const fixed = finding?.['fixed_version']
  const said = finding?.['recommendation'] ?? (typeof fixed === 'string' ? `use ${fixed}` : '')
  return typeof said === 'string' && said !== '' ? said : undefined
}

/** Verdicts of policies; `fileOf` says where what was judged lies. */
export function evaluationReport(
  evaluations: readonly PolicyEvaluation[],
  fileOf: (materialName: string | undefined) => string | undefined,
): Report {
  const active = evaluations.map((evaluation) => ({
    evaluation,
    violations: evaluation.violations.filter(({ suppressed }) => !suppressed),
  }))
  return {
    results: active.flatMap(({ evaluation: { name, gate, materialName }, violations }) =>
      violations.map((violation) => ({
        rule: name,
        level: gate ? 'error' : 'warning',
        message: violation.message,
        fix: fixOf(violation),
        file: fileOf(materialName),
      })),
    ),
    cases: active.map(
      ({ evaluation: { name, materialName, skipped, skipReasons }, violations }) => ({
        suite: materialName ?? 'attestation',
        name,
        outcome: violations.length > 0 ? 'failed' : skipped ? 'skipped' : 'passed',
        reasons: violations.length > 0 ? violations.map(({ message }) => message) : skipReasons,
      }),
    ),
  }
}
