import { sha256 } from '@chainloop/attestation/digest'
import type { Transaction } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import { enqueueDeliveries } from '../deliveries/enqueue-deliveries.ts'
import { enqueueEvaluation } from '../policies/evaluation-queue.ts'
import { policySummary } from '../policies/policy-summary.ts'
import { trustedEvaluation } from '../policies/trusted-evaluation.ts'
import { askForProvenance, askForRelease } from '../provenance/ask-for-provenance.ts'
import { outputsOf } from '../provenance/outputs.ts'
import type { ProvenanceSubject } from '../provenance/provenance.ts'
import * as receipts from '../receipts/receipt-repo.ts'
import { assertOpen, getRun } from '../runs/open-run.ts'
import type { Run } from '../runs/run.ts'
import type { Signer } from '../signers/signer.ts'
import { gatherTruth } from './gather-truth.ts'
import type { JudgeDeps } from './judge-attestation.ts'
import { judgeAttestation } from './judge-attestation.ts'
import { policyFields } from './policy-fields.ts'
import { refuse } from './refusal.ts'
import { enqueueReplication } from './replication-queue.ts'
import type { AcceptedAttestation, Enqueue } from './write-attestation.ts'
import { isRepeated, writeAttestation } from './write-attestation.ts'

/** Inline artifacts travel in the bundle. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024

export interface StoreInput {
  readonly runId: string
  /** The exact bytes that the attestation is known by. */
  readonly bundle: Uint8Array
  readonly releaseVersion: boolean
}

/**
 * Closes a run with its attestation. First, outside any transaction, the bundle is judged: nothing that the job says
 * is believed that the server can know better. Then everything that follows from it is written at once, or nothing.
 * The same bytes again give the same answer; other bytes are `already_exists`. Returns the attestation's digest.
 */
export async function storeAttestation(
  ctx: Pick<Context, 'db' | 'queue' | 'policies' | 'blobs'> & JudgeDeps,
  actor: Actor,
  { runId, bundle, releaseVersion }: StoreInput,
): Promise<string> {
  if (bundle.length > MAX_BUNDLE_BYTES) {
    throw refuse('BUNDLE_TOO_LARGE', `the bundle has more than ${MAX_BUNDLE_BYTES} bytes`)
  }
  const digest = sha256(bundle)
  const run = await getRun(ctx.db, actor, { runId, right: 'run:store' })
  if (isRepeated(run, digest)) return digest
  assertOpen(run)

  const { truth, revision, contract } = await gatherTruth(ctx.db, run)
  const judged = await judgeAttestation(ctx, { truth, contract }, bundle)
  const policies = await trustedEvaluation(ctx, { truth, revision, contract, judged })
  const guarantees = await guaranteesOf(ctx.db, actor, { run, signer: judged.signer })
  const summary = policySummary(policies, run)
  const fields = policyFields(judged.fields, judged.statement.predicate, { ...policies, summary })
  const accepted = {
    truth,
    digest,
    bundle,
    judged: { ...judged, fields },
    policies,
    guarantees,
  }
  const outputs = outputsOf(judged.statement, contract.spec)
  await write(ctx, actor, { ...accepted, outputs, releaseVersion })
  return digest
}

async function write(
  ctx: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  accepted: AcceptedAttestation & {
    readonly outputs: readonly ProvenanceSubject[]
    readonly releaseVersion: boolean
  },
): Promise<void> {
  const { run } = accepted.truth
  const enqueue: Enqueue[] = [
    (tx) => askForProvenance(tx, run, accepted.outputs),
    ...(accepted.releaseVersion
      ? [(tx: Transaction<Schema>) => askForRelease(tx, actor, versionOf(run))]
      : []),
    (tx, stored) => enqueueDeliveries(tx, ctx, stored),
    (tx, stored) => enqueueEvaluation(tx, ctx, { ...stored, ...accepted.policies }),
    (tx, stored) => enqueueReplication(tx, ctx, { ...stored, backend: accepted.truth.backend }),
  ]
  await ctx.db.transaction().execute((tx) => writeAttestation(tx, { actor, enqueue }, accepted))
}

function versionOf({ organization, project, version }: Run) {
  return {
    organizationId: organization.id,
    projectId: project.id,
    projectVersionId: version.id,
  }
}

/** What the server saw hold for this run, by the names that `docs/compatibility.md` uses. */
async function guaranteesOf(
  db: Db,
  actor: Actor,
  { run, signer }: { readonly run: Run; readonly signer: Signer | undefined },
): Promise<string[]> {
  const reference = { organizationId: run.organization.id, runId: run.id }
  return [
    ...(actor.runId === undefined ? [] : ['run-token']),
    ...(run.identity ? ['job-identity'] : []),
    signer ? 'registered-signer' : 'run-bound-certificate',
    'timestamped-signature',
    'compare-and-swap-state',
    ...((await receipts.allDigestBound(db, reference)) ? ['digest-bound-uploads'] : []),
  ]
}
