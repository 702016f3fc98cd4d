import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
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
  { digest, page }: { readonly digest: string; readonly page: CursorPage },
): Promise<CursorList<RunProvenance>> {
  actor.requireSomewhere('run:read')
  const { organizationId, projectIds } = actor
  const wanted = { organizationId, projectIds, digest }
  return cutPage(await provenances.listBySubject(db, wanted, page), page)
}
