import type { JsonObject } from '@chainloop/attestation/json/json-value'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import { discover } from '../referrers/discover.ts'
import type { Referrer } from '../referrers/referrer.ts'
import { closureOf } from './closure-of.ts'
import { compareClaims } from './compare-claims.ts'
import { evaluateRun, type RunToEvaluate } from './evaluate-run.ts'
import type { RunEvaluations } from './policy-evaluation-repo.ts'

type Deps = Pick<Context, 'db' | 'policies' | 'blobs'>

/** What the server finds when it evaluates the policies of a run itself, and where its job says something else. */
export async function trustedEvaluation(
  ctx: Deps,
  actor: Actor,
  run: Omit<RunToEvaluate, 'closure' | 'now'> & { readonly revision: ContractRevision },
): Promise<RunEvaluations> {
  const { organizationId } = actor
  const closure = await closureOf(ctx.db, { organizationId, revision: run.revision })
  const now = new Date()
  const deps = { ...ctx, discover: discovering(ctx, actor) }
  const evaluations = await evaluateRun(deps, { ...run, closure, now })
  const differences = compareClaims(evaluations, run.judged.statement.predicate)
  return { evaluations, differences, evaluatedAt: now }
}

/** Under the rights of whoever stores, in the names that existing policies know. */
function discovering(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
): (digest: string, kind: string) => Promise<JsonObject> {
  const everywhere = { projectName: '', projectVersion: '', cursor: '', limit: 100 }
  return async (digest, kind) => {
    const { root, references } = await discover({ db }, actor, { ...everywhere, digest, kind })
    return { ...shown(root), references: references.map(shown) }
  }
}

function shown(referrer: Referrer): JsonObject {
  return {
    digest: referrer.digest,
    kind: referrer.kind,
    downloadable: referrer.downloadable,
    metadata: { ...referrer.metadata },
    annotations: { ...referrer.annotations },
    created_at: referrer.createdAt.toISOString(),
  }
}
