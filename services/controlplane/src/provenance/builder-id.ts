import { verifierId } from '@chainloop/attestation/provenance/slsa'
import { runnerEnvironmentOf } from '@chainloop/attestation/runners/runner-environment'

import type { JobIdentity } from '../identities/job-identity.ts'

/** This instance and the class of the runner, as far as the platform vouches for it: `<instance>/provenance/github/hosted`. */
export function builderIdOf(
  instanceUrl: string,
  identity: Pick<JobIdentity, 'platform' | 'environment'> | undefined,
): string {
  const base = verifierId(instanceUrl)
  return identity ? `${base}/${identity.platform}/${classOf(identity)}` : `${base}/unverified`
}

function classOf({ environment }: Pick<JobIdentity, 'environment'>): string {
  const found = runnerEnvironmentOf(environment)
  return found === 'managed' ? 'hosted' : (found ?? 'unknown')
}
