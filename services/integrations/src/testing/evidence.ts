import type { DeliveredAttestation, DeliveredPolicies } from '@chainloop/plugin-sdk/delivery'

import { exampleAttestation } from './attestation.ts'

export const exampleCommit = 'ab'.repeat(20)

/** The example, on a commit of the repository that this remote points to. */
export function attestationOf(
  remote: string,
  policies: DeliveredPolicies = exampleAttestation.policies,
): DeliveredAttestation {
  const annotations = { remotes: [{ name: 'origin', url: remote }] }
  const head = { name: 'git.head', digest: { sha1: exampleCommit }, annotations }
  return {
    ...exampleAttestation,
    statement: { ...exampleAttestation.statement, subject: [head] },
    policies,
  }
}

/** One policy that is violated once. */
export function violatedPolicies(status: 'warning' | 'blocked'): DeliveredPolicies {
  const evaluation = {
    name: 'licenses',
    material: 'sbom',
    gate: status === 'blocked',
    skipped: false,
    skipReasons: [],
    violations: [{ subject: 'sbom', message: 'GPL found' }],
  }
  return { status, evaluations: [evaluation] }
}
