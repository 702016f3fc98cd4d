import type { JsonObject as ProtoJson, MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  IntegrationAttachmentItemSchema,
  IntegrationAvailableItemSchema,
  IntegrationsService,
  RegisteredIntegrationItemSchema,
} from '@chainloop/proto/controlplane/v1/integrations'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type AttachedWorkflow, attachIntegration } from '../integrations/attach-integration.ts'
import { deregisterIntegration } from '../integrations/deregister-integration.ts'
import { detachIntegration } from '../integrations/detach-integration.ts'
import type { Integration } from '../integrations/integration.ts'
import { listAttachments } from '../integrations/list-attachments.ts'
import { describeIntegration, listIntegrations } from '../integrations/list-integrations.ts'
import { listPlugins } from '../integrations/list-plugins.ts'
import type { JsonObject, Plugin } from '../integrations/plugin.ts'
import { registerIntegration } from '../integrations/register-integration.ts'
import type { SealingKeys } from '../integrations/sealed-settings.ts'
import { actorOf } from './actor-key.ts'

export function integrationsService(
  ctx: Pick<Context, 'db'> & { readonly sealingKeys: SealingKeys },
): ServiceImpl<typeof IntegrationsService> {
  return {
    async listAvailable(_req, call) {
      return { result: (await listPlugins(ctx, actorOf(call))).map(toAvailable) }
    },
    async register({ name, pluginId, description, config }, call) {
      const input = { name, pluginId, description, settings: toSettings(config) }
      return { result: toRegistered(await registerIntegration(ctx, actorOf(call), input)) }
    },
    async deregister(req, call) {
      await deregisterIntegration(ctx, actorOf(call), req)
      return {}
    },
    async listRegistrations(_req, call) {
      return { result: (await listIntegrations(ctx, actorOf(call))).map(toRegistered) }
    },
    async describeRegistration(req, call) {
      return { result: toRegistered(await describeIntegration(ctx, actorOf(call), req)) }
    },
    async attach({ projectName, workflowName, integrationName, config }, call) {
      const attached = await attachIntegration(ctx, actorOf(call), {
        projectName,
        workflowName,
        integrationName,
        settings: toSettings(config),
      })
      return { result: toAttached(attached) }
    },
    async detach(req, call) {
      await detachIntegration(ctx, actorOf(call), req)
      return {}
    },
    async listAttachments(req, call) {
      return { result: (await listAttachments(ctx, actorOf(call), req)).map(toAttached) }
    },
  }
}

/** A Struct is JSON already, only with a type of its own. */
function toSettings(config: ProtoJson | undefined): JsonObject {
  return config ?? {}
}

function toAvailable(plugin: Plugin): MessageInitShape<typeof IntegrationAvailableItemSchema> {
  return {
    name: plugin.id,
    version: plugin.version,
    description: plugin.description,
    type: {
      case: 'fanout',
      value: {
        registrationSchema: toJsonBytes(plugin.registrationSchema),
        attachmentSchema: toJsonBytes(plugin.attachmentSchema),
        subscribedMaterials: [...plugin.subscribedMaterials],
      },
    },
  }
}

function toRegistered(
  integration: Integration,
): MessageInitShape<typeof RegisteredIntegrationItemSchema> {
  return {
    id: integration.id,
    name: integration.name,
    kind: integration.pluginId,
    description: integration.description,
    createdAt: timestampFromDate(integration.createdAt),
    config: toJsonBytes(integration.configuration),
  }
}

function toAttached({
  attachment,
  workflow,
}: AttachedWorkflow): MessageInitShape<typeof IntegrationAttachmentItemSchema> {
  return {
    id: attachment.id,
    createdAt: timestampFromDate(attachment.createdAt),
    config: toJsonBytes(attachment.configuration),
    integration: toRegistered(attachment.integration),
    workflow: {
      id: workflow.id,
      name: workflow.name,
      project: workflow.project.name,
      projectId: workflow.project.id,
      team: workflow.team,
      description: workflow.description,
      createdAt: timestampFromDate(workflow.createdAt),
      contractName: workflow.contract.name,
    },
  }
}

function toJsonBytes(value: JsonObject): Uint8Array<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value))
}
