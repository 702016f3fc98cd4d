import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as provenances from './provenance-repo.ts'
import type { RunProvenance } from './provenance.ts'

/** Of one run, pending or issued. */
export async function getProvenance(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { runId }: { readonly runId: string },
): Promise<RunProvenance> {
  const { organizationId } = actor
  const found = await provenances.find(db, { organizationId, id: runId })
  if (!found || !actor.can('run:read', { projectId: found.projectId })) {
    throw notFound('provenance of run', runId)
  }
  return found
}

/** Of every run that made the artifact and that the actor sees, newest first. */
export async function listProvenances(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { digest }: { readonly digest: string },
): Promise<RunProvenance[]> {
  actor.requireSomewhere('run:read')
  const { organizationId, projectIds } = actor
  return provenances.listBySubject(db, { organizationId, projectIds, digest })
}
