import type { RunEvent, RunEventName } from '@chainloop/attestation/transparency/run-event'

import type { Db } from '../db/db.ts'
import type { RunReference } from '../runs/run-repo.ts'
import * as queue from './queue-repo.ts'

/** In the transaction that changes the run, after the change. */
export async function logRunEvent(
  tx: Db,
  { organizationId, id }: RunReference,
  event: RunEventName,
): Promise<void> {
  const run = await tx
    .selectFrom('runs as r')
    .innerJoin('organizations as o', 'o.id', 'r.organization_id')
    .innerJoin('projects as p', 'p.id', 'r.project_id')
    .innerJoin('workflows as w', 'w.id', 'r.workflow_id')
    .innerJoin('project_versions as v', 'v.id', 'r.project_version_id')
    .innerJoin('contract_revisions as c', 'c.id', 'r.contract_revision_id')
    .innerJoin('contracts as k', 'k.id', 'c.contract_id')
    .where('r.organization_id', '=', organizationId)
    .where('r.id', '=', id)
    .select([
      'o.name as organization',
      'p.id as projectId',
      'p.name as project',
      'w.id as workflowId',
      'w.name as workflow',
      'v.version',
      'k.id as contractId',
      'k.name as contract',
      'c.revision',
      'c.digest',
      'r.attestation_digest as attestation',
    ])
    .executeTakeFirstOrThrow()
  const entry: RunEvent = {
    event,
    organization: { id: organizationId, name: run.organization },
    project: { id: run.projectId, name: run.project },
    workflow: { id: run.workflowId, name: run.workflow },
    run: id,
    version: run.version,
    contract: {
      id: run.contractId,
      name: run.contract,
      revision: run.revision,
      digest: run.digest,
    },
    ...(run.attestation === null ? {} : { attestation: run.attestation }),
    at: new Date().toISOString(),
  }
  const subject = `run:${id}`
  await queue.insertEvent(tx, {
    organizationId,
    workflowId: run.workflowId,
    subject,
    event: { ...entry },
  })
}
