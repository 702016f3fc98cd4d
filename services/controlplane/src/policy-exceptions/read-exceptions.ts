import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { readPosition, writePosition } from '../db/position.ts'
import { isUuid } from '../names.ts'
import * as decisions from './exception-decision-repo.ts'
import * as uses from './exception-use-repo.ts'
import * as exceptions from './policy-exception-repo.ts'
import type { ExceptionDecision, ExceptionState, PolicyException } from './policy-exception.ts'

export interface DescribedException extends PolicyException {
  /** Oldest first. */
  readonly decisions: readonly ExceptionDecision[]
  /** How many runs it was applied to. */
  readonly runs: number
}

export interface ListExceptionsInput {
  readonly state: ExceptionState | undefined
  /** Empty: any. */
  readonly policy: string
  readonly cursor: string
  /** 0: 50. */
  readonly limit: number
}

const DEFAULT_LIMIT = 50

/** Newest first. */
export async function listExceptions(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { state, policy, cursor, limit: wanted }: ListExceptionsInput,
): Promise<{ exceptions: DescribedException[]; nextCursor: string }> {
  actor.requireSomewhere('policy_exception:read')
  const { organizationId, projectIds } = actor
  const limit = wanted || DEFAULT_LIMIT
  const page = { after: readPosition(cursor), limit: limit + 1 }
  const found = await exceptions.list(db, { organizationId, projectIds, state, policy }, page)
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return {
    exceptions: await described(db, organizationId, shown),
    nextCursor: last ? writePosition(last) : '',
  }
}

/** Throws `not_found` also for one of a project that the actor does not see. */
export async function getException(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { readonly id: string },
): Promise<DescribedException> {
  actor.requireSomewhere('policy_exception:read')
  const { organizationId } = actor
  const found = isUuid(id) ? await exceptions.find(db, { organizationId, id }) : undefined
  const project = found?.subject.project
  if (!found || (project && !actor.sees(project.id))) throw notFound('policy exception', id)
  const [exception] = await described(db, organizationId, [found])
  if (!exception) throw notFound('policy exception', id)
  return exception
}

async function described(
  db: Db,
  organizationId: string,
  found: readonly PolicyException[],
): Promise<DescribedException[]> {
  const ids = found.map(({ id }) => id)
  const made = await decisions.list(db, { organizationId, ids })
  const counts = await uses.countRuns(db, { organizationId, ids })
  return found.map((one) => ({
    ...one,
    decisions: made.get(one.id) ?? [],
    runs: counts.get(one.id) ?? 0,
  }))
}
