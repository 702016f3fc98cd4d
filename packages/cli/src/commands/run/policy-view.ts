import type { RunDetails } from '@chainloop/sdk/model/attestation'

import { table, text, type View } from '../../core/view.ts'

/** What all policies of a run amount to, in a line. */
export function policiesText({ policies }: RunDetails): string {
  const { status, total, passed, skipped, violated } = policies
  if (total === 0) return status
  return `${status}: ${total} attached, ${passed} passed, ${skipped} skipped, ${violated} violated`
}

/** That a job asks for it changes nothing. */
export function bypassText({ policyBypassRequested, policies }: RunDetails): string | undefined {
  if (!policyBypassRequested) return undefined
  return policies.status === 'bypassed'
    ? 'the job asked for it, and it is covered by exceptions'
    : 'the job asked for it, and nothing grants it'
}

/** What each policy said, what there was leave for, and where the job said something else. */
export function policyView(run: RunDetails): View {
  return [
    ...(run.evaluations.length === 0 ? [] : [evaluations(run)]),
    ...(run.policyExceptions.length === 0 ? [] : [exceptions(run)]),
    ...(run.policyDifferences.length === 0
      ? []
      : [text('The job said something else of its policies:', ...run.policyDifferences)]),
  ]
}

function evaluations(run: RunDetails) {
  return table(
    ['policy', 'on', 'gate', 'verdict', 'why'],
    run.evaluations.map(({ policy, material, gate, shadow, skipped, skipReasons, violations }) => [
      policy,
      material || 'attestation',
      shadow ? 'shadow' : gate ? 'yes' : 'no',
      violations.length > 0 ? 'violated' : skipped ? 'skipped' : 'passed',
      [...violations, ...skipReasons].join('\n'),
    ]),
    { empty: 'no policies', title: 'Policies, as the control plane found them' },
  )
}

function exceptions(run: RunDetails) {
  return table(
    ['policy', 'on', 'covers', 'why', 'by', 'approved by', 'until', 'id'],
    run.policyExceptions.map((one) => [
      one.policy,
      one.material || 'attestation',
      one.violations.join('\n') || 'that there is no verdict',
      one.reason,
      one.requestedBy,
      one.approvedBy.join('\n'),
      one.expiresAt,
      one.id,
    ]),
    { empty: 'no exceptions', title: 'Exceptions that were taken into account' },
  )
}
