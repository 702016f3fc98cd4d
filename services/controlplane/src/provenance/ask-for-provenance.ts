import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { releaseVersion } from '../projects/release-version.ts'
import type { Run } from '../runs/run.ts'
import * as provenances from './provenance-repo.ts'
import type { ProvenanceSubject } from './provenance.ts'

/** With the transaction that stores a run: what it made will have its provenance, and shows until then that it has not. */
export async function askForProvenance(
  tx: Db,
  run: Run,
  subjects: readonly ProvenanceSubject[],
): Promise<void> {
  if (subjects.length === 0) return
  await provenances.insertPending(tx, {
    organizationId: run.organization.id,
    projectId: run.project.id,
    projectVersionId: run.version.id,
    runId: run.id,
    subjects,
  })
}

/** At once, or as soon as every run of the version has its provenance. Wants the version locked. */
export async function askForRelease(
  tx: Db,
  actor: Pick<Actor, 'organizationId' | 'kind' | 'id' | 'name'>,
  version: {
    readonly organizationId: string
    readonly projectId: string
    readonly projectVersionId: string
  },
): Promise<void> {
  if (await provenances.releaseWhenIssued(tx, version, actor)) return
  const { projectId, projectVersionId: versionId } = version
  await releaseVersion(tx, actor, { projectId, versionId })
}
