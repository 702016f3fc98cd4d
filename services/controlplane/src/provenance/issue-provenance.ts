import * as audit from '../audit/audit.ts'
import type { Db } from '../db/db.ts'
import { inTransaction } from '../db/db.ts'
import * as versions from '../projects/project-version-repo.ts'
import { askForRelease } from './ask-for-provenance.ts'
import { builderIdOf } from './builder-id.ts'
import { gatherFacts, type GatherDeps } from './gather-facts.ts'
import * as provenances from './provenance-repo.ts'
import type { IssuedProvenance, RunProvenance } from './provenance.ts'
import { renderProvenance } from './render-provenance.ts'
import { signStatement, type StatementSigner } from './sign-statement.ts'

export type IssueDeps = GatherDeps & StatementSigner

const SYSTEM = { kind: 'service', id: 'provenance', name: 'provenance signer' } as const

/** Makes the provenance of a run unless it is there. What keeps it from being made is thrown. */
export async function issueProvenance(ctx: IssueDeps, pending: RunProvenance): Promise<void> {
  if (pending.issued) return
  const facts = await gatherFacts(ctx, pending)
  const signed = await signStatement(ctx, {
    organizationId: pending.organizationId,
    subject: `provenance:${pending.runId}`,
    payload: renderProvenance(facts),
  })
  const { run, earned } = facts
  const issued: IssuedProvenance = {
    bundle: signed.bundle,
    digest: signed.digest,
    level: earned.level,
    levelReason: earned.reason,
    builderId: builderIdOf(facts.verifier, run.identity),
    issuedAt: new Date(),
  }
  await inTransaction(ctx.db, (tx) => publish(tx, pending, issued))
}

async function publish(tx: Db, pending: RunProvenance, issued: IssuedProvenance): Promise<void> {
  const { organizationId, projectId, projectVersionId, runId: id } = pending
  // Runs of one version end one after the other: the last one releases it.
  await versions.lock(tx, { organizationId, projectId, id: projectVersionId })
  if (!(await provenances.keepIssued(tx, { organizationId, id }, issued))) return
  await audit.record(tx, {
    organizationId,
    actor: SYSTEM,
    action: 'provenance.issued',
    targetType: 'run',
    targetId: id,
    details: { digest: issued.digest, level: issued.level, because: issued.levelReason },
  })
  const releaser = await provenances.releaserOf(tx, { organizationId, id })
  if (releaser) await askForRelease(tx, { ...releaser, organizationId }, pending)
}
