import { createHash, randomUUID } from 'node:crypto'

import type { Db } from '../../db/db.ts'
import type { StoredAttestation } from '../enqueue-deliveries.ts'

/** A project, a contract and a workflow. */
export async function insertWorkflow(
  db: Db,
  organizationId: string,
  { project, name }: { project: string; name: string },
): Promise<{ projectId: string; workflowId: string }> {
  const { id: projectId } = await db
    .insertInto('projects')
    .values({ organization_id: organizationId, name: project })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: contractId } = await db
    .insertInto('contracts')
    .values({ organization_id: organizationId, name: `${project}-${name}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('contract_revisions')
    .values({
      organization_id: organizationId,
      contract_id: contractId,
      revision: 1,
      raw_body: Buffer.from('{}'),
      format: 'json',
      digest: `sha256:${'0'.repeat(64)}`,
    })
    .execute()
  const { id: workflowId } = await db
    .insertInto('workflows')
    .values({
      organization_id: organizationId,
      project_id: projectId,
      contract_id: contractId,
      name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { projectId, workflowId }
}

/** A finished run of version v1 with its attestation. */
export async function storeAttestation(
  db: Db,
  where: { organizationId: string; projectId: string; workflowId: string },
  materials: readonly object[] = [],
): Promise<StoredAttestation> {
  const { organizationId, projectId, workflowId } = where
  const tenant = { organization_id: organizationId, project_id: projectId, workflow_id: workflowId }
  const bundle = exampleBundle(materials)
  const digest = `sha256:${createHash('sha256').update(bundle).digest('hex')}`
  const { id: runId } = await db
    .insertInto('runs')
    .values({
      ...tenant,
      ...(await ofRun(db, { organizationId, projectId, workflowId })),
      contract_revision_used: 1,
      contract_revision_latest: 1,
      state: 'success',
      run_url: 'https://ci.example/1',
      runner_type: 'GITHUB_ACTION',
      created_by: 'api_token:x',
      attestation_digest: digest,
      finished_at: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('attestations')
    .values({ ...tenant, run_id: runId, digest, bundle })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, organizationId, projectId, workflowId, runId }
}

async function ofRun(
  db: Db,
  {
    organizationId,
    projectId,
    workflowId,
  }: { organizationId: string; projectId: string; workflowId: string },
): Promise<{ project_version_id: string; contract_revision_id: string; cas_backend_id: string }> {
  const tenant = { organization_id: organizationId, project_id: projectId }
  const version = await db
    .insertInto('project_versions')
    .values({ ...tenant, version: 'v1' })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  const revision = await db
    .selectFrom('contract_revisions as r')
    .innerJoin('workflows as w', 'w.contract_id', 'r.contract_id')
    .select('r.id')
    .where('r.organization_id', '=', organizationId)
    .where('w.id', '=', workflowId)
    .executeTakeFirstOrThrow()
  const backend = await db
    .selectFrom('cas_backends')
    .select('id')
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow()
  return {
    project_version_id: version?.id ?? (await existingVersion(db, tenant)),
    contract_revision_id: revision.id,
    cas_backend_id: backend.id,
  }
}

async function existingVersion(
  db: Db,
  tenant: { organization_id: string; project_id: string },
): Promise<string> {
  const { id } = await db
    .selectFrom('project_versions')
    .select('id')
    .where('organization_id', '=', tenant.organization_id)
    .where('project_id', '=', tenant.project_id)
    .where('version', '=', 'v1')
    .executeTakeFirstOrThrow()
  return id
}

function exampleBundle(materials: readonly object[]): Buffer {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [],
    nonce: randomUUID(),
    predicate: { materials },
  }
  return Buffer.from(
    JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      dsseEnvelope: {
        payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
        payloadType: 'application/vnd.in-toto+json',
        signatures: [{ sig: 'c2ln' }],
      },
    }),
  )
}
