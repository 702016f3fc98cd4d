import type { Db } from '../../db/db.ts'
import type { Place } from './place.ts'

/** An artifact that its project has and may be asked for, and the provenance of the run that made it. */
export async function insertEvidence(
  db: Db,
  {
    organizationId: organization_id,
    projectId: project_id,
    runId,
    digest,
  }: { organizationId: string; projectId: string; runId: string; digest: string },
): Promise<void> {
  const run = await db
    .selectFrom('runs')
    .where('organization_id', '=', organization_id)
    .where('id', '=', runId)
    .select(['cas_backend_id', 'project_version_id'])
    .executeTakeFirstOrThrow()
  const { cas_backend_id, project_version_id } = run
  await db
    .insertInto('cas_mappings')
    .values({ organization_id, project_id, cas_backend_id, run_id: runId, digest, size: 1 })
    .execute()
  const referrer = await db
    .insertInto('referrers')
    .values({ organization_id, digest, kind: 'ARTIFACT' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('referrer_projects')
    .values({ organization_id, project_id, project_version_id, referrer_id: referrer.id })
    .execute()
  await db
    .insertInto('provenances')
    .values({ organization_id, project_id, project_version_id, run_id: runId, subjects: '[]' })
    .execute()
  await db
    .insertInto('provenance_subjects')
    .values({ organization_id, run_id: runId, digest })
    .execute()
}

/** A delivery that failed, and a replay that is under way. */
export async function insertDelivery(
  db: Db,
  {
    organizationId: organization_id,
    projectId: project_id,
    workflowId: workflow_id,
    integrationId: integration_id,
    stored,
  }: {
    organizationId: string
    projectId: string
    workflowId: string
    integrationId: string
    stored: { readonly id: string; readonly runId: string }
  },
): Promise<Pick<Place, 'attachmentId' | 'deliveryId' | 'replayId'>> {
  const tenant = { organization_id, project_id, workflow_id, integration_id }
  const attachment = await db
    .insertInto('integration_attachments')
    .values(tenant)
    .returning('id')
    .executeTakeFirstOrThrow()
  const delivery = await db
    .insertInto('deliveries')
    .values({
      ...tenant,
      run_id: stored.runId,
      attestation_id: stored.id,
      attachment_id: attachment.id,
      state: 'failed',
      finished_at: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const replay = await db
    .insertInto('replays')
    .values({
      organization_id,
      project_id,
      workflow_id,
      attachment_id: attachment.id,
      generation: 1,
      until: new Date(),
      per_minute: 1,
      total: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { attachmentId: attachment.id, deliveryId: delivery.id, replayId: replay.id }
}
