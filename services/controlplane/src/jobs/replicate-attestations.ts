import * as attestations from '../attestations/attestation-repo.ts'
import type { BlobStore } from '../attestations/blob-store.ts'
import { REPLICATION_QUEUE } from '../attestations/replication-queue.ts'
import type { ReplicationJob } from '../attestations/replication-queue.ts'
import { bundleFileName } from '../attestations/write-attestation.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'

type Deps = Pick<Context, 'db'> & { readonly blobs: Pick<BlobStore, 'write'> }

/** Copies stored bundles to the backends of their runs until it is disposed. A failed copy is tried again later. */
export async function replicateAttestations(
  ctx: Deps & Pick<Context, 'queue'>,
): Promise<AsyncDisposable> {
  const worker = await ctx.queue.work<ReplicationJob>(
    REPLICATION_QUEUE,
    { batchSize: 1, pollingIntervalSeconds: 2 },
    async (jobs) => {
      for (const { data } of jobs) await replicateAttestation(ctx, data)
    },
  )
  return {
    [Symbol.asyncDispose]: () => ctx.queue.offWork(REPLICATION_QUEUE, { id: worker }),
  }
}

/** Repeating it changes nothing: a digest names one sequence of bytes. */
export async function replicateAttestation(
  { db, blobs }: Deps,
  { organizationId, runId }: ReplicationJob,
): Promise<void> {
  const attestation = await attestations.findByRun(db, { organizationId, id: runId })
  const run = await db
    .selectFrom('runs')
    .select('cas_backend_id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', runId)
    .executeTakeFirst()
  const backend = run && (await casBackends.find(db, { organizationId, id: run.cas_backend_id }))
  if (!attestation || !backend) return

  const { digest, bundle, projectId } = attestation
  const fileName = bundleFileName(runId)
  await blobs.write({ backend, projectId, runId, digest, size: bundle.length, fileName }, bundle)
  await mappings.insertMissing(db, [
    {
      organizationId,
      projectId,
      backendId: backend.id,
      runId,
      digest,
      size: bundle.length,
      fileName,
    },
  ])
}
