import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts'
import { readBundle } from '../deliveries/delivery-content.ts'
import { readEvidence } from '../deliveries/delivery-evidence.ts'
import { readPolicies } from '../deliveries/delivery-policies.ts'
import type { PluginTask } from './plugin-task.ts'

/** What a worker would be given for a delivery of the run's attestation. Undefined when the attachment or it is gone. */
export async function readPreview(
  { secrets }: Pick<Context, 'secrets'>,
  db: Db,
  { organizationId, attachmentId = '', runId = '' }: PluginTask,
): Promise<ClaimedDelivery | undefined> {
  const row = await previewRow(db, { organizationId, attachmentId, runId })
  if (!row) return undefined
  const { secret_id: secretId } = row
  return {
    organizationId,
    organizationName: row.organization_name,
    projectName: row.project_name,
    projectVersion: row.version,
    workflowId: row.workflow_id,
    workflowName: row.workflow_name,
    runId,
    runState: row.run_state,
    runStartedAt: row.run_started_at,
    runFinishedAt: row.finished_at ?? undefined,
    runnerType: row.runner_type,
    runnerUrl: row.run_url,
    attestationId: row.attestation_id,
    attestationDigest: row.digest,
    pluginId: row.plugin_id,
    registrationConfig: row.registration_config,
    secretId: secretId ?? undefined,
    attachmentConfig: row.attachment_config,
    idempotencyKey: 'test',
    attempt: 0,
    bundle: await readBundle(db, { organizationId, id: row.attestation_id }),
    policies: await readPolicies(db, { organizationId, runId }),
    evidence: await readEvidence(db, { organizationId, runId }),
    credentials: secretId
      ? await secrets.read(db, { organizationId, id: secretId })
      : Buffer.from('{}'),
  }
}

interface Which {
  readonly organizationId: string
  readonly attachmentId: string
  readonly runId: string
}

function previewRow(db: Db, { organizationId, attachmentId, runId }: Which) {
  return db
    .selectFrom('runs as r')
    .innerJoin('organizations as o', 'o.id', 'r.organization_id')
    .innerJoin('attestations as t', 't.run_id', 'r.id')
    .innerJoin('project_versions as v', 'v.id', 'r.project_version_id')
    .innerJoin('workflows as w', 'w.id', 'r.workflow_id')
    .innerJoin('projects as p', 'p.id', 'w.project_id')
    .innerJoin('integration_attachments as a', 'a.organization_id', 'r.organization_id')
    .innerJoin('integrations as i', 'i.id', 'a.integration_id')
    .where('r.organization_id', '=', organizationId)
    .where('r.id', '=', runId)
    .where('a.id', '=', attachmentId)
    .where('a.deleted_at', 'is', null)
    .where('i.deleted_at', 'is', null)
    .select([
      'o.name as organization_name',
      'p.name as project_name',
      'v.version',
      'w.id as workflow_id',
      'w.name as workflow_name',
      'r.state as run_state',
      'r.created_at as run_started_at',
      'r.finished_at',
      'r.runner_type',
      'r.run_url',
      't.id as attestation_id',
      't.digest',
      'i.plugin_id',
      'i.configuration as registration_config',
      'i.secret_id',
      'a.configuration as attachment_config',
    ])
    .executeTakeFirst()
}
