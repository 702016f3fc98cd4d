import { forbidden, unauthenticated } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { RunState } from '../db/schema.ts'
import { type Actor, createActor } from './actor.ts'
import { requireIds } from './claims.ts'
import type { Right } from './right.ts'
import { assertGranted } from './run-grant.ts'
import { AUDIENCE } from './tokens.ts'

/**
 * A run that has succeeded still answers a repeated Store, whose first answer may have been lost, and a Reset of its
 * state, which is gone already; whatever else is asked of it is told that it is closed.
 */
const RIGHTS: Readonly<Record<RunState, readonly Right[]>> = {
  initialized: ['run:continue', 'run:store', 'policy:read'],
  success: ['run:continue', 'run:store'],
  error: [],
  expired: [],
  canceled: [],
}

export async function runActor(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  jwt: string,
): Promise<Actor> {
  const verified = await tokens.verify(jwt, AUDIENCE.run)
  const claims = requireIds(verified, ['sub', 'org_id'])
  const run = await findRun(db, { id: claims.sub, organizationId: claims.org_id })
  if (!run || RIGHTS[run.state].length === 0) {
    throw unauthenticated('the run is closed', { reason: 'RUN_CLOSED' })
  }
  if (run.suspended) {
    throw forbidden(`organization ${run.organizationName} is suspended`, { reason: 'SUSPENDED' })
  }
  const grantedBy = await assertGranted(db, {
    organizationId: claims.org_id,
    projectId: run.projectId,
    grantor: verified['granted_by'],
  })
  return createActor({
    kind: 'run',
    grantedBy,
    id: run.id,
    name: run.id,
    organizationId: claims.org_id,
    organizationName: run.organizationName,
    projectId: run.projectId,
    runId: run.id,
    role: 'run',
    rights: new Set(RIGHTS[run.state]),
  })
}

function findRun(db: Db, { id, organizationId }: { id: string; organizationId: string }) {
  return db
    .selectFrom('runs')
    .innerJoin('organizations', 'organizations.id', 'runs.organization_id')
    .where('runs.id', '=', id)
    .where('runs.organization_id', '=', organizationId)
    .where('organizations.deleted_at', 'is', null)
    .select([
      'runs.id',
      'runs.state',
      'runs.project_id as projectId',
      'organizations.name as organizationName',
      'organizations.suspended',
    ])
    .executeTakeFirst()
}
