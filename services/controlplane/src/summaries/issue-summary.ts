import { sha256 } from '@chainloop/attestation/digest'

import * as audit from '../audit/audit.ts'
import type { AuditEntry } from '../audit/audit.ts'
import { inTransaction } from '../db/db.ts'
import type { GatherDeps } from '../provenance/gather-facts.ts'
import type { ProvenanceSubject, RunProvenance } from '../provenance/provenance.ts'
import { signStatement, type StatementSigner } from '../provenance/sign-statement.ts'
import { plainEnvelope, summaryKey } from './plain-envelope.ts'
import { renderSummary, resourceUri, resultOf, verifiedLevels } from './render-summary.ts'
import * as summaries from './summary-repo.ts'
import type { Summary } from './summary.ts'
import { verifyArtifact } from './verify-artifact.ts'

export type SummaryDeps = GatherDeps & StatementSigner

/** Verifies an artifact of a run, and keeps what was found, in both encodings over one signature. */
export async function issueSummary(
  ctx: SummaryDeps,
  actor: AuditEntry['actor'],
  {
    provenance,
    subject,
  }: { readonly provenance: RunProvenance; readonly subject: ProvenanceSubject },
): Promise<Summary> {
  const { organizationId, projectId, runId } = provenance
  const facts = await verifyArtifact(ctx, provenance, subject)
  const payload = renderSummary(facts)
  const signed = await signStatement(ctx, {
    organizationId,
    subject: `vsa:${subject.digest}`,
    payload,
  })
  const { keyId } = summaryKey(ctx.signing.provenance.key.spki)
  const envelope = plainEnvelope({ payload, signature: signed.signature, keyId })
  return inTransaction(ctx.db, async (tx) => {
    const summary = await summaries.insert(tx, {
      organizationId,
      projectId,
      runId,
      subjectDigest: subject.digest,
      subjectName: subject.name,
      resourceUri: resourceUri(facts.run, subject),
      result: resultOf(facts),
      verifiedLevels: verifiedLevels(facts),
      reasons: facts.reasons,
      verifiedAt: facts.verifiedAt,
      bundle: signed.bundle,
      bundleDigest: signed.digest,
      envelope,
      envelopeDigest: sha256(envelope),
    })
    const { result, reasons } = summary
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'verification_summary.issued',
      targetType: 'artifact',
      targetId: subject.digest,
      details: { result, levels: summary.verifiedLevels, reasons, run: runId },
    })
    return summary
  })
}
