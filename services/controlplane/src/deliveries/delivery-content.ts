import type { Db } from '../db/db.ts'
import type { JsonObject } from '../integrations/plugin.ts'

/** What a worker needs for one delivery, except for the attestation and the credentials. */
export interface DeliveryContent {
  readonly organizationId: string
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
  readonly attestationId: string
  readonly attestationDigest: string
  readonly pluginId: string
  readonly registrationConfig: JsonObject
  readonly secretId: string | undefined
  readonly attachmentConfig: JsonObject
  readonly idempotencyKey: string
}

interface Which {
  readonly organizationIds: readonly string[]
  readonly ids: readonly string[]
}

/** By delivery; those whose attachment is gone are left out. */
export async function readContents(
  db: Db,
  which: Which,
): Promise<ReadonlyMap<string, DeliveryContent>> {
  if (which.ids.length === 0) return new Map()
  const rows = await contentRows(db, which)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        organizationId: row.organization_id,
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
        attestationId: row.attestation_id,
        attestationDigest: row.digest,
        pluginId: row.plugin_id,
        registrationConfig: row.registration_config,
        secretId: row.secret_id ?? undefined,
        attachmentConfig: row.attachment_config,
        idempotencyKey: row.idempotency_key,
      },
    ]),
  )
}

/** The exact bytes that were stored. */
export async function readBundle(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Uint8Array> {
  const { bundle } = await db
    .selectFrom('attestations')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('bundle')
    .executeTakeFirstOrThrow()
  return bundle
}

function contentRows(db: Db, { organizationIds, ids }: Which) {
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
    .where('d.organization_id', 'in', organizationIds)
    .where('d.id', 'in', ids)
    .where('a.deleted_at', 'is', null)
    .where('i.deleted_at', 'is', null)
    .select([
      'd.id',
      'd.organization_id',
      'd.idempotency_key',
      'd.workflow_id',
      'd.run_id',
      'd.attestation_id',
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
      'i.plugin_id',
      'i.configuration as registration_config',
      'i.secret_id',
      'a.configuration as attachment_config',
    ])
    .execute()
}
