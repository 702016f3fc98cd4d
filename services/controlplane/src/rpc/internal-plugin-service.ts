import { invalid } from '@chainloop/kit/errors'
import type {
  Plugin as PluginMessage,
  PluginService,
} from '@chainloop/proto/internal/v1/delivery_service'
import type { ServiceImpl } from '@connectrpc/connect'
import { z } from 'zod'

import type { Context } from '../context.ts'
import { announcePlugins } from '../integrations/announce-plugins.ts'
import type { JsonObject, JsonValue, Plugin } from '../integrations/plugin.ts'
import { actorOf } from './actor-key.ts'

export function internalPluginService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof PluginService> {
  return {
    async announce({ plugins }, call) {
      await announcePlugins(ctx, actorOf(call), plugins.map(toPlugin))
      return {}
    },
  }
}

function toPlugin(message: PluginMessage): Plugin {
  const { id, version, description, subscribedMaterials } = message
  return {
    id,
    version,
    description,
    subscribedMaterials,
    validatesRegistration: message.validatesRegistration,
    validatesAttachment: message.validatesAttachment,
    registrationSchema: parseSchema(id, message.registrationSchema),
    attachmentSchema: parseSchema(id, message.attachmentSchema),
  }
}

const jsonObject: z.ZodType<JsonObject> = z.record(
  z.string(),
  z.json().transform((value): JsonValue => value),
)

function parseSchema(id: string, bytes: Uint8Array): JsonObject {
  try {
    return jsonObject.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch (cause) {
    throw invalid(`a schema of plugin ${id} is no JSON object`, { reason: 'INVALID_SCHEMA', cause })
  }
}
