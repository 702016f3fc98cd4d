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
import { tryAttachment, tryRegistration } from '../integrations/try-settings.ts'
import { cursorPage } from '../pages.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { workflowMessage } from './workflow-message.ts'

export function integrationsService(
  ctx: Pick<Context, 'db' | 'secrets' | 'queue'>,
): ServiceImpl<typeof IntegrationsService> {
  return {
    async listAvailable(_req, call) {
      return { result: (await listPlugins(ctx, actorOf(call))).map(toAvailable) }
    },
    async register(req, call) {
      const { config, ...given } = req
      const input = { ...given, settings: toSettings(config) }
      const actor = actorOf(call)
      const facts = await tryRegistration(ctx, actor, input)
      return idempotently(ctx, { call, request: req }, async (tx) => ({
        result: toRegistered(await registerIntegration(tx, actor, { ...input, facts })),
      }))
    },
    deregister: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deregisterIntegration(tx, actorOf(call), req)
        return {}
      }),
    async listRegistrations({ pagination }, call) {
      const found = await listIntegrations(ctx, actorOf(call), cursorPage(pagination))
      const { items, nextCursor } = found
      return { result: items.map(toRegistered), pagination: { nextCursor } }
    },
    async describeRegistration(req, call) {
      return { result: toRegistered(await describeIntegration(ctx, actorOf(call), req)) }
    },
    async attach(req, call) {
      const { projectName, workflowName, integrationName, config, orderKey } = req
      const input = {
        projectName,
        workflowName,
        integrationName,
        orderKey,
        settings: toSettings(config),
        retryForSeconds: Number(req.retryForSeconds),
      }
      const actor = actorOf(call)
      await tryAttachment(ctx, actor, input)
      return idempotently(ctx, { call, request: req }, async (tx) => ({
        result: toAttached(await attachIntegration(tx, actor, input)),
      }))
    },
    detach: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await detachIntegration(tx, actorOf(call), req)
        return {}
      }),
    async listAttachments({ projectName, workflowName, pagination }, call) {
      const wanted = { projectName, workflowName, page: cursorPage(pagination) }
      const { items, nextCursor } = await listAttachments(ctx, actorOf(call), wanted)
      return { result: items.map(toAttached), pagination: { nextCursor } }
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
    retryForSeconds: BigInt(attachment.retryForSeconds),
    orderKey: attachment.orderKey,
    integration: toRegistered(attachment.integration),
    workflow: workflowMessage(workflow),
  }
}

function toJsonBytes(value: JsonObject): Uint8Array<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value))
}
