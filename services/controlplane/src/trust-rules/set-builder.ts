import { invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as signers from '../signers/signer-repo.ts'
import * as builders from './builder-repo.ts'
import { type Builder, isBuildLevel } from './builder.ts'

export interface SetBuilderInput {
  /** Exactly one of the two is not empty. */
  readonly issuer: string
  readonly signerName: string
  readonly builder: string
  readonly maxLevel: number
}

const AT_A_COMMIT = /^[^@\s]+@(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Effective with the next provenance. */
export async function setBuilder(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { issuer, signerName, builder, maxLevel }: SetBuilderInput,
): Promise<Builder> {
  actor.require('trust_rule:create')
  if (!isBuildLevel(maxLevel)) throw invalid('a builder is believed up to level 1, 2 or 3')
  if (signerName === '' && !AT_A_COMMIT.test(builder)) {
    throw invalid(
      `${JSON.stringify(builder)} does not name a workflow definition at a commit: what a branch or tag names can be replaced`,
      { reason: 'BUILDER_NOT_EXACT', hint: 'acme/ci/.github/workflows/build.yml@<commit>' },
    )
  }
  return inTransaction(db, async (tx) => {
    const { organizationId } = actor
    const signer = signerName === '' ? undefined : await signerOf(tx, actor, signerName)
    const kept = await builders.upsert(tx, {
      organizationId,
      issuer,
      signer,
      builder,
      maxLevel,
      createdBy: actorReference(actor),
    })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'builder.set',
      targetType: 'builder',
      targetId: kept.id,
      details: { builder, maxLevel, ...(signer ? { signer: signer.name } : { issuer }) },
    })
    return kept
  })
}

/** Only what signs materials speaks of builders elsewhere. */
async function signerOf(
  tx: Db,
  { organizationId }: Actor,
  name: string,
): Promise<NonNullable<Builder['signer']>> {
  const [signer] = await signers.list(tx, { organizationId, name, purpose: 'materials' })
  if (!signer) throw notFound('signer of materials', name)
  return { id: signer.id, name: signer.name }
}
