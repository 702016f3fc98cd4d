import { sha256 } from '@chainloop/attestation/digest'
import { conflict, notFound } from '@chainloop/kit/errors'

import * as attestations from '../attestations/attestation-repo.ts'
import { statementOf, verifyStored } from '../attestations/verify-stored.ts'
import type { Context } from '../context.ts'
import * as revisions from '../contracts/contract-revision-repo.ts'
import type { Db } from '../db/db.ts'
import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import * as builders from '../trust-rules/builder-repo.ts'
import { buildLevelOf } from './build-level.ts'
import type { RunProvenance } from './provenance.ts'
import type { ProvenanceFacts } from './render-provenance.ts'
import { verifierId } from './verifier-id.ts'

export type GatherDeps = Pick<Context, 'db' | 'signing'>

/** Everything from the server's own records, and those looked at again: nothing is signed that was changed since. */
export async function gatherFacts(
  ctx: GatherDeps,
  { organizationId, runId: id, subjects }: RunProvenance,
): Promise<ProvenanceFacts> {
  const run = await runs.find(ctx.db, { organizationId, id })
  const attestation = await attestations.findByRun(ctx.db, { organizationId, id })
  if (!run || !attestation) throw notFound('attestation of run', id)
  const { verified, failureReason } = await verifyStored(ctx, run, attestation)
  if (!verified) {
    throw conflict(`the stored attestation does not verify any more: ${failureReason}`, {
      reason: 'ATTESTATION_CHANGED',
    })
  }
  const { identity, guarantees } = run
  return {
    run,
    verifier: verifierId(ctx.signing),
    subjects,
    contractDigest: await contractDigestOf(ctx.db, run),
    statement: statementOf(attestation),
    fields: attestation.fields,
    earned: buildLevelOf({
      identity,
      guarantees,
      builders: await builders.list(ctx.db, organizationId),
    }),
  }
}

/** `sha256:<hex>` of the contract as it was written. */
export async function contractDigestOf(
  db: Db,
  { organization, contract }: Pick<Run, 'organization' | 'contract'>,
): Promise<string> {
  const reference = { organizationId: organization.id, id: contract.revisionId }
  const revision = await revisions.findById(db, reference)
  if (!revision) throw notFound('contract revision', contract.revisionId)
  const digest = sha256(revision.rawBody)
  if (digest === revision.digest) return digest
  throw conflict(`revision ${contract.revision} of contract ${contract.name} is not what it was`, {
    reason: 'CONTRACT_CHANGED',
  })
}
