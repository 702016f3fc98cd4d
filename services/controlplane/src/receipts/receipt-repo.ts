import type { Db } from '../db/db.ts'

/** The artifact CAS has read these bytes, compared them with their digest and made them durable. */
export interface Receipt {
  readonly organizationId: string
  readonly projectId: string
  readonly backendId: string
  readonly runId: string | undefined
  /** `jti` of the transfer token. */
  readonly transferId: string
  readonly digest: string
  readonly size: number
  readonly fileName: string
  readonly deduplicated: boolean
  /** The transfer token named this digest before the upload. */
  readonly digestBound: boolean
  /** Of the backend when the transfer was allowed; what was swept since is not there. */
  readonly sweepEpoch: number
}

/** False: it was reported before. */
export async function insertOnce(tx: Db, receipt: Receipt): Promise<boolean> {
  const row = await tx
    .insertInto('upload_receipts')
    .values({
      organization_id: receipt.organizationId,
      project_id: receipt.projectId,
      cas_backend_id: receipt.backendId,
      run_id: receipt.runId ?? null,
      transfer_id: receipt.transferId,
      digest: receipt.digest,
      size: receipt.size,
      file_name: receipt.fileName,
      deduplicated: receipt.deduplicated,
      digest_bound: receipt.digestBound,
      sweep_epoch: receipt.sweepEpoch,
    })
    .onConflict((conflict) => conflict.columns(['transfer_id', 'digest']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Every upload of the run named its digest beforehand; also true of a run without uploads. */
export async function allDigestBound(
  db: Db,
  { organizationId, runId }: { readonly organizationId: string; readonly runId: string },
): Promise<boolean> {
  const unbound = await db
    .selectFrom('upload_receipts')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', runId)
    .where('digest_bound', '=', false)
    .limit(1)
    .executeTakeFirst()
  return unbound === undefined
}
