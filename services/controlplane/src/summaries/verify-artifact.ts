import { conflict, notFound } from '@chainloop/kit/errors'

import * as attestations from '../attestations/attestation-repo.ts'
import { verifyStored } from '../attestations/verify-stored.ts'
import * as evaluations from '../policies/policy-evaluation-repo.ts'
import { blockersOf } from '../policies/policy-summary.ts'
import { contractDigestOf, type GatherDeps } from '../provenance/gather-facts.ts'
import type { ProvenanceSubject, RunProvenance } from '../provenance/provenance.ts'
import { invocationId } from '../provenance/render-provenance.ts'
import { verifierId } from '../provenance/verifier-id.ts'
import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import { trustedRootWithLog } from '../transparency/organization-log.ts'
import * as builders from '../trust-rules/builder-repo.ts'
import { deviationsOf } from './deviations-of.ts'
import { levelOfArtifact } from './level-of-artifact.ts'
import type { SummaryFacts } from './render-summary.ts'
import { verifyIssued } from './verify-issued.ts'

/**
 * Looks at everything that is known of an artifact again. Rejects with a `conflict` while something is still being made:
 * nothing is said about an artifact before all of it is there.
 */
export async function verifyArtifact(
  ctx: GatherDeps,
  provenance: RunProvenance,
  subject: ProvenanceSubject,
): Promise<SummaryFacts> {
  const { organizationId, runId: id, issued } = provenance
  const run = await runs.find(ctx.db, { organizationId, id })
  const attestation = await attestations.findByRun(ctx.db, { organizationId, id })
  if (!run || !attestation) throw notFound('attestation of run', id)
  if (!issued) throw pending(run, provenance.lastError)
  if (run.policy?.status === 'evaluating') {
    throw conflict(`the policies of run ${id} are still being evaluated`, {
      reason: 'POLICIES_EVALUATING',
    })
  }
  const { verified, failureReason } = await verifyStored(ctx, run, attestation)
  const found = await evaluations.find(ctx.db, { organizationId, runId: id })
  const trust = await trustedRootWithLog(ctx, organizationId, 'provenance')
  const map = await builders.list(ctx.db, organizationId)
  return {
    run,
    verifier: verifierId(ctx.signing),
    subject,
    contractDigest: await contractDigestOf(ctx.db, run),
    inputs: [
      { uri: `${invocationId(run)}/attestation`, digest: attestation.digest },
      { uri: `${invocationId(run)}/provenance`, digest: issued.digest },
      ...attestation.fields.flatMap(({ field, signed }) =>
        signed ? [{ uri: `${invocationId(run)}/${field}`, digest: signed.digest }] : [],
      ),
    ],
    level: levelOfArtifact({ issued, fields: attestation.fields, builders: map }, subject.digest),
    reasons: [
      ...(verified ? [] : [`the attestation does not verify: ${failureReason}`]),
      ...verifyIssued({ provenance: issued, run, subject, trust }),
      ...(found ? blockersOf(found.evaluations, run) : []),
    ],
    deviations: deviationsOf(run, found?.exceptions ?? []),
    verifiedAt: new Date(),
  }
}

function pending({ id }: Run, lastError: string): Error {
  const why = lastError === '' ? '' : ` (the last attempt failed: ${lastError})`
  return conflict(`the provenance of run ${id} is pending${why}`, {
    reason: 'PROVENANCE_PENDING',
    hint: 'it is made by itself; ask again',
  })
}
