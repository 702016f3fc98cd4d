import { notFound, unavailable } from '@chainloop/kit/errors'
import { z } from 'zod'

import { type Blob, BlobUnreadable } from '../attestations/blob-store.ts'
import type { Actor } from '../auth/actor.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import * as casMappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { type JobClaim, requireActiveJob } from './held-job.ts'
import { deliveriesQueue } from './queue.ts'

export interface ReadMaterial extends JobClaim {
  /** `sha256:<hex>`. */
  readonly digest: string
}

/**
 * The bytes of a material of the attestation that the holder of the job delivers. Throws `not_found` for any other digest,
 * `unavailable` when the artifact store does not give it.
 */
export async function* readMaterial(
  ctx: Pick<Context, 'db' | 'queue' | 'blobs'>,
  actor: Actor,
  wanted: ReadMaterial,
): AsyncIterable<Uint8Array> {
  actor.require('internal:deliveries')
  yield* readBlob(ctx, await inTransaction(ctx.db, (tx) => findBlob(ctx, tx, wanted)))
}

/** Throws `unavailable` when the artifact store does not give it. */
export async function* readBlob(
  { blobs }: Pick<Context, 'blobs'>,
  blob: Blob,
): AsyncIterable<Uint8Array> {
  try {
    yield* blobs.read(blob)
  } catch (cause) {
    if (!(cause instanceof BlobUnreadable)) throw cause
    throw unavailable(`material ${blob.digest} cannot be read: ${cause.message}`, { cause })
  }
}

async function findBlob(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  { digest, ...claim }: ReadMaterial,
): Promise<Blob> {
  const { organizationId } = await requireActiveJob(ctx, tx, { name: deliveriesQueue, ...claim })
  const attestation = await tx
    .selectFrom('deliveries as d')
    .innerJoin('attestations as a', 'a.id', 'd.attestation_id')
    .where('d.organization_id', '=', organizationId)
    .where('d.id', '=', claim.deliveryId)
    .where('d.state', '=', 'pending')
    .select(['d.organization_id as organizationId', 'd.project_id as projectId', 'a.bundle'])
    .executeTakeFirst()
  return findMaterialBlob(tx, attestation, digest)
}

export interface MaterialOwner {
  readonly organizationId: string
  readonly projectId: string
  readonly bundle: Uint8Array
}

/** Where a material of the attestation is stored. Throws `not_found` for any other digest. */
export async function findMaterialBlob(
  tx: Db,
  attestation: MaterialOwner | undefined,
  digest: string,
): Promise<Blob> {
  if (!attestation || !materialDigests(attestation.bundle).has(digest)) {
    throw notFound('material', digest)
  }
  const { organizationId, projectId } = attestation
  const mapping = await casMappings.find(tx, {
    organizationId,
    digest,
    projectIds: [projectId],
  })
  const id = mapping?.backendId ?? ''
  const backend = mapping && (await casBackends.find(tx, { organizationId, id }))
  if (!backend) throw notFound('material', digest)
  return { backend, projectId, digest, size: mapping.size }
}

const bundleShape = z.object({ dsseEnvelope: z.object({ payload: z.base64() }) })
const statementShape = z.object({
  predicate: z.object({
    materials: z
      .array(z.object({ digest: z.record(z.string(), z.string()).default({}) }))
      .default([]),
  }),
})

function materialDigests(bundle: Uint8Array): Set<string> {
  const { dsseEnvelope } = bundleShape.parse(JSON.parse(Buffer.from(bundle).toString()))
  const payload = Buffer.from(dsseEnvelope.payload, 'base64').toString()
  const { data } = statementShape.safeParse(JSON.parse(payload))
  return new Set(data?.predicate.materials.map(({ digest }) => `sha256:${digest['sha256'] ?? ''}`))
}
