import { isDigest } from '@chainloop/attestation/digest'
import { invalid, notFound } from '@chainloop/kit/errors'
import type { TokenVerifier } from '@chainloop/kit/tokens'

import { requireIds } from '../auth/claims.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { Db } from '../db/db.ts'
import * as runs from '../runs/run-repo.ts'
import type { Receipt } from './receipt-repo.ts'
import * as receipts from './receipt-repo.ts'

export interface ReportedUpload {
  /** The transfer's own token: it may have run out while the bytes were on their way. */
  readonly transferToken: string
  readonly digest: string
  readonly size: number
  readonly fileName: string
  readonly deduplicated: boolean
}

/** Remembers that a project has brought bytes to a backend. Repeating a report changes nothing. */
export async function reportReceipt(
  { db, receiptVerifier }: Pick<Context, 'db'> & { readonly receiptVerifier: TokenVerifier },
  upload: ReportedUpload,
): Promise<void> {
  const receipt = readReceipt(await receiptVerifier.verify(upload.transferToken), upload)
  await inTransaction(db, async (tx) => {
    await assertBackend(tx, receipt)
    if (!(await receipts.insertOnce(tx, receipt))) return
    if (receipt.runId === undefined) {
      // No Store will follow that could give the project its right to read what it uploaded.
      await mappings.insertMissing(tx, [{ ...receipt }])
    } else {
      await runs.touch(tx, { organizationId: receipt.organizationId, id: receipt.runId })
    }
  })
}

function readReceipt(
  claims: Awaited<ReturnType<TokenVerifier['verify']>>,
  upload: ReportedUpload,
): Receipt {
  if (!isDigest(upload.digest) || upload.size < 0) throw refused('there is no such blob')
  const ids = requireIds(claims, ['jti', 'org_id', 'backend_id', 'project_id'])
  const runId = claims['run_id'] === undefined ? undefined : requireIds(claims, ['run_id']).run_id
  assertWithin(claims, upload)
  return {
    organizationId: ids.org_id,
    projectId: ids.project_id,
    backendId: ids.backend_id,
    runId,
    transferId: ids.jti,
    digest: upload.digest,
    size: upload.size,
    fileName: upload.fileName,
    deduplicated: upload.deduplicated,
    digestBound: claims['digest'] !== undefined,
    sweepEpoch: Number(claims['sweep_epoch'] ?? 0),
  }
}

/** The transfer was allowed to do what is reported. */
function assertWithin(
  { role, digest: bound, size: boundSize, max_bytes: maxBytes }: Readonly<Record<string, unknown>>,
  { digest, size }: ReportedUpload,
): void {
  if (role !== 'uploader') throw refused('the transfer token is not for an upload')
  if (bound !== undefined && bound !== digest) throw refused('the token is for another digest')
  if (boundSize !== undefined && boundSize !== size) throw refused('the token is for another size')
  if (typeof maxBytes === 'number' && maxBytes > 0 && size > maxBytes) {
    throw refused(`the token is for at most ${maxBytes} bytes`)
  }
}

function refused(message: string): Error {
  return invalid(message, { reason: 'RECEIPT_REFUSED' })
}

/** The token's own organization still knows this backend. */
async function assertBackend(tx: Db, { organizationId, backendId }: Receipt): Promise<void> {
  const backend = await casBackends.find(tx, { organizationId, id: backendId })
  if (!backend) throw notFound('storage backend', backendId)
}
