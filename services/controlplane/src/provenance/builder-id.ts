import { runnerEnvironmentOf } from '@chainloop/attestation/runners/runner-environment'

import type { JobIdentity } from '../identities/job-identity.ts'

/**
 * This instance, as the certificate of its provenance names it, and the class of the runner, as far as the platform vouches
 * for it: `<instance>/provenance/github/hosted`.
 */
export function builderIdOf(
  verifier: string,
  identity: Pick<JobIdentity, 'platform' | 'environment'> | undefined,
): string {
  return identity
    ? `${verifier}/${identity.platform}/${classOf(identity)}`
    : `${verifier}/unverified`
}

function classOf({ environment }: Pick<JobIdentity, 'environment'>): string {
  const found = runnerEnvironmentOf(environment)
  return found === 'managed' ? 'hosted' : (found ?? 'unknown')
}
