import type { Db } from '../db/db.ts'
import type { RunReference } from '../runs/run-repo.ts'
import type { FieldStatus } from './field-status.ts'
import type { Source } from './field-table.ts'

export interface NewAttestation {
  readonly organizationId: string
  readonly projectId: string
  readonly workflowId: string
  readonly runId: string
  readonly digest: string
  readonly bundle: Uint8Array
  readonly fields: readonly FieldStatus[]
  /** The registered signer; undefined: a certificate of the run. */
  readonly signerId: string | undefined
}

/** A stored attestation: the exact bytes that were received, and how they were judged then. */
export interface Attestation extends NewAttestation {
  readonly id: string
}

/** The new attestation's id. */
export async function insert(tx: Db, attestation: NewAttestation): Promise<string> {
  const { id } = await tx
    .insertInto('attestations')
    .values({
      organization_id: attestation.organizationId,
      project_id: attestation.projectId,
      workflow_id: attestation.workflowId,
      run_id: attestation.runId,
      digest: attestation.digest,
      bundle: attestation.bundle,
      fields: JSON.stringify(attestation.fields),
      signer_id: attestation.signerId ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function findByRun(db: Db, run: RunReference): Promise<Attestation | undefined> {
  const row = await db
    .selectFrom('attestations')
    .selectAll()
    .where('organization_id', '=', run.organizationId)
    .where('run_id', '=', run.id)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      organizationId: row.organization_id,
      projectId: row.project_id,
      workflowId: row.workflow_id,
      runId: row.run_id,
      digest: row.digest,
      bundle: row.bundle,
      signerId: row.signer_id ?? undefined,
      // Written by `insert` above and by nobody else.
      fields: row.fields.map((field) => ({ ...field, source: field.source as Source })),
    }
  )
}
