import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { readPosition, writePosition } from '../db/position.ts'
import * as summaries from './summary-repo.ts'
import type { Summary, SummaryResult } from './summary.ts'

/** Empty and undefined: all. */
export interface ListSummariesInput {
  readonly digest: string
  readonly runId: string
  readonly result: SummaryResult | undefined
  readonly cursor: string
  /** 0: 20. */
  readonly limit: number
}

const DEFAULT_LIMIT = 20

/** Newest first, of the projects that the actor sees. */
export async function listSummaries(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { cursor, limit: asked, ...filter }: ListSummariesInput,
): Promise<{ readonly summaries: Summary[]; readonly nextCursor: string }> {
  actor.requireSomewhere('run:read')
  const { organizationId, projectIds } = actor
  const limit = asked || DEFAULT_LIMIT
  const after = readPosition(cursor)
  const found = await summaries.list(db, {
    ...filter,
    organizationId,
    projectIds,
    after,
    limit: limit + 1,
  })
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return { summaries: shown, nextCursor: last ? writePosition(last) : '' }
}
