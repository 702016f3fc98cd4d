import type { Statement } from '@chainloop/attestation/predicate/predicate'
import { invalid, notFound } from '@chainloop/kit/errors'

import type { Attestation } from '../attestations/attestation-repo.ts'
import * as attestations from '../attestations/attestation-repo.ts'
import { statementOf, type Verification, verifyStored } from '../attestations/verify-stored.ts'
import type { Actor } from '../auth/actor.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'
import * as revisions from '../contracts/contract-revision-repo.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import type { Db } from '../db/db.ts'
import * as evaluations from '../policies/policy-evaluation-repo.ts'
import type { RecordedEvaluations } from '../policies/policy-evaluation-repo.ts'
import type { Signing } from '../signing/signing.ts'
import * as runs from './run-repo.ts'
import type { Run } from './run.ts'

/** By its id, or by the digest of its attestation. */
export type RunWish = { readonly id: string } | { readonly digest: string }

export interface ViewedRun {
  readonly run: Run
  readonly contractRevision: ContractRevision | undefined
  readonly attestation: ViewedAttestation | undefined
  /** Only when it was asked for and there is something to verify. */
  readonly verification: Verification | undefined
}

export interface ViewedAttestation extends Attestation {
  readonly statement: Statement
  /** It can be downloaded by its digest: not before it is copied to the storage backend. */
  readonly replicated: boolean
  /** What the server found itself; absent where the contract has no policies for the run. */
  readonly policies: RecordedEvaluations | undefined
}

export async function viewRun(
  ctx: Pick<Context, 'db'> & { readonly signing: Pick<Signing, 'trust'> },
  actor: Actor,
  { wish, verify }: { readonly wish: RunWish; readonly verify: boolean },
): Promise<ViewedRun> {
  const run = await getWanted(ctx.db, actor, wish)
  const organizationId = run.organization.id
  const stored = await attestations.findByRun(ctx.db, { organizationId, id: run.id })
  return {
    run,
    contractRevision: await revisions.findById(ctx.db, {
      organizationId,
      id: run.contract.revisionId,
    }),
    attestation: stored && {
      ...stored,
      statement: statementOf(stored),
      replicated:
        (await mappings.find(ctx.db, { ...stored, projectIds: [stored.projectId] })) !== undefined,
      policies: await evaluations.find(ctx.db, { organizationId, runId: run.id }),
    },
    verification: stored && verify ? await verifyStored(ctx, run, stored) : undefined,
  }
}

async function getWanted(db: Db, actor: Actor, wish: RunWish): Promise<Run> {
  const { organizationId } = actor
  const byId = 'id' in wish
  const name = byId ? wish.id : wish.digest
  if (name === '') throw invalid('name a run by its id or by the digest of its attestation')
  const run = byId
    ? await runs.find(db, { organizationId, id: wish.id })
    : await runs.findByDigest(db, { organizationId, digest: wish.digest })
  if (!run || !actor.can('run:read', { projectId: run.project.id })) throw notFound('run', name)
  return run
}
