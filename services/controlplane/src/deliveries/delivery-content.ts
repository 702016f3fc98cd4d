import type { Db } from '../db/db.ts'
import type { JsonObject } from '../integrations/plugin.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** What a worker needs for one delivery. */
export interface DeliveryContent {
  readonly organizationName: string
  readonly projectName: string
  readonly projectVersion: string
  readonly workflowId: string
  readonly workflowName: string
  readonly runId: string
  readonly runState: string
  readonly runStartedAt: Date
  readonly runFinishedAt: Date | undefined
  readonly runnerType: string
  readonly runnerUrl: string
  readonly attestationDigest: string
  readonly bundle: Uint8Array
  readonly pluginId: string
  readonly registrationConfig: JsonObject
  /** JSON object of the secret settings of the registration. */
  readonly credentials: Uint8Array
  readonly attachmentConfig: JsonObject
  readonly idempotencyKey: string
}

/** Undefined when the attachment is gone. */
export async function readContent(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
  secrets: Secrets,
): Promise<DeliveryContent | undefined> {
  const row = await contentRow(db, { organizationId, id })
  if (!row) return undefined
  return {
    organizationName: row.organization_name,
    projectName: row.project_name,
    projectVersion: row.version,
    workflowId: row.workflow_id,
    workflowName: row.workflow_name,
    runId: row.run_id,
    runState: row.run_state,
    runStartedAt: row.run_started_at,
    runFinishedAt: row.finished_at ?? undefined,
    runnerType: row.runner_type,
    runnerUrl: row.run_url,
    attestationDigest: row.digest,
    bundle: row.bundle,
    pluginId: row.plugin_id,
    registrationConfig: row.registration_config,
    credentials: row.secret_id
      ? await secrets.read(db, { organizationId, id: row.secret_id })
      : Buffer.from('{}'),
    attachmentConfig: row.attachment_config,
    idempotencyKey: row.idempotency_key,
  }
}

function contentRow(db: Db, { organizationId, id }: { organizationId: string; id: string }) {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('organizations as o', 'o.id', 'd.organization_id')
    .innerJoin('projects as p', 'p.id', 'd.project_id')
    .innerJoin('workflows as w', 'w.id', 'd.workflow_id')
    .innerJoin('runs as r', 'r.id', 'd.run_id')
    .innerJoin('project_versions as v', 'v.id', 'r.project_version_id')
    .innerJoin('attestations as t', 't.id', 'd.attestation_id')
    .innerJoin('integrations as i', 'i.id', 'd.integration_id')
    .innerJoin('integration_attachments as a', 'a.id', 'd.attachment_id')
    .where('d.organization_id', '=', organizationId)
    .where('d.id', '=', id)
    .where('a.deleted_at', 'is', null)
    .where('i.deleted_at', 'is', null)
    .select([
      'd.idempotency_key',
      'd.workflow_id',
      'd.run_id',
      'o.name as organization_name',
      'p.name as project_name',
      'w.name as workflow_name',
      'v.version',
      'r.state as run_state',
      'r.created_at as run_started_at',
      'r.finished_at',
      'r.runner_type',
      'r.run_url',
      't.digest',
      't.bundle',
      'i.plugin_id',
      'i.configuration as registration_config',
      'i.secret_id',
      'a.configuration as attachment_config',
    ])
    .executeTakeFirst()
}
