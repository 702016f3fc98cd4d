import { alreadyExists, invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { askWorker } from '../plugin-tasks/ask-worker.ts'
import type { TaskResult } from '../plugin-tasks/plugin-task.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import type { AttachIntegration } from './attach-integration.ts'
import * as integrations from './integration-repo.ts'
import { getIntegration } from './list-integrations.ts'
import { getPlugin } from './list-plugins.ts'
import { readSettings } from './plugin-settings.ts'
import type { JsonObject } from './plugin.ts'
import type { RegisterIntegration } from './register-integration.ts'

type Deps = Pick<Context, 'db' | 'queue' | 'secrets'>

/**
 * Lets a worker try settings on the live target before they are registered, where the plugin wants that. Gives what the
 * target told about itself; throws `invalid` with what is wrong. Outside of any transaction.
 */
export async function tryRegistration(
  ctx: Deps,
  actor: Actor,
  { name, pluginId, settings }: RegisterIntegration,
): Promise<TaskResult['facts']> {
  actor.require('integration:register')
  const { organizationId } = actor
  const plugin = await getPlugin(ctx.db, pluginId)
  if (!plugin.validatesRegistration) return {}
  const what = `integration ${name} (${pluginId})`
  const { configuration, secrets } = readSettings(plugin.registrationSchema, settings, what)
  if (await integrations.find(ctx.db, { organizationId, name })) {
    throw alreadyExists('integration', name)
  }
  const { problem, facts } = await askWorker(ctx, {
    organizationId,
    secrets: secrets && Buffer.from(JSON.stringify(secrets)),
    task: {
      kind: 'validate_registration',
      pluginId,
      registrationConfig: configuration,
      attachmentConfig: {},
    },
  })
  refuseWith(problem, what)
  return facts
}

/** The same for an attachment, and for its filter and its templates: they are to be readable at least. */
export async function tryAttachment(
  ctx: Deps,
  actor: Actor,
  { projectName, workflowName, integrationName, settings }: AttachIntegration,
): Promise<void> {
  const { organizationId } = actor
  const where = { organizationId, projectName, name: workflowName }
  const workflow = await workflows.find(ctx.db, where)
  actor.require('integration:attach', workflow ? { projectId: workflow.project.id } : {})
  const integration = await getIntegration(ctx.db, { organizationId, name: integrationName })
  const plugin = await getPlugin(ctx.db, integration.pluginId)
  if (!plugin.validatesAttachment && !hasExpressions(settings)) return
  const what = `the attachment of ${integrationName} (${plugin.id})`
  const { configuration } = readSettings(plugin.attachmentSchema, settings, what)
  const { problem } = await askWorker(ctx, {
    organizationId,
    secretId: await integrations.findSecretId(ctx.db, { organizationId, id: integration.id }),
    task: {
      kind: 'validate_attachment',
      pluginId: plugin.id,
      registrationConfig: integration.configuration,
      attachmentConfig: configuration,
    },
  })
  refuseWith(problem, what)
}

function hasExpressions(settings: JsonObject): boolean {
  return Object.keys(settings).some(
    (name) => name === 'filter_expression' || name.startsWith('template_'),
  )
}

function refuseWith(problem: string, what: string): void {
  if (problem === '') return
  throw invalid(`${what} was not accepted: ${problem}`, { reason: 'SETTINGS_REFUSED' })
}
