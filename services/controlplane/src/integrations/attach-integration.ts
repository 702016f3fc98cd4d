import { randomUUID } from 'node:crypto'

import { notFound } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import type { Workflow } from '../workflows/workflow.ts'
import * as attachments from './attachment-repo.ts'
import type { Attachment } from './integration.ts'
import { getIntegration } from './list-integrations.ts'
import { getPlugin } from './list-plugins.ts'
import { readSettings } from './plugin-settings.ts'
import type { JsonObject } from './plugin.ts'

export interface AttachIntegration {
  readonly projectName: string
  readonly workflowName: string
  readonly integrationName: string
  readonly settings: JsonObject
  /** 0: a day. */
  readonly retryForSeconds?: number
  readonly orderKey?: string
}

const dayInSeconds = 86_400

export interface AttachedWorkflow {
  readonly attachment: Attachment
  readonly workflow: Workflow
}

/** From now on every attestation of the workflow goes to the integration too. */
export async function attachIntegration(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { projectName, workflowName, integrationName, settings, ...delivery }: AttachIntegration,
): Promise<AttachedWorkflow> {
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const workflow = await workflows.find(tx, { organizationId, projectName, name: workflowName })
    actor.require('integration:attach', workflow ? { projectId: workflow.project.id } : {})
    if (!workflow) throw notFound('workflow', `${projectName}/${workflowName}`)
    const integration = await getIntegration(tx, { organizationId, name: integrationName })
    const plugin = await getPlugin(tx, integration.pluginId)
    const { configuration } = readSettings(
      plugin.attachmentSchema,
      settings,
      `the attachment of ${integrationName} (${plugin.id})`,
    )
    const id = randomUUID()
    const fields = {
      id,
      organizationId,
      projectId: workflow.project.id,
      workflowId: workflow.id,
      integration,
      configuration,
      retryForSeconds: delivery.retryForSeconds || dayInSeconds,
      orderKey: delivery.orderKey ?? '',
    }
    const createdAt = await attachments.insert(tx, fields)
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.attached',
      targetType: 'integration_attachment',
      targetId: id,
      details: { integration: integrationName, project: projectName, workflow: workflowName },
    })
    return { attachment: { ...fields, createdAt }, workflow }
  })
}
