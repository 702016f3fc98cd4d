import type { Plugin } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

const schema = z.record(z.string(), z.unknown())
const names = z.array(z.string().max(255)).max(100)

/** What a plugin says about itself, checked: it may have been said by another process. */
export const descriptionShape = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits, hyphens'),
  version: z.string().max(255),
  description: z.string().max(1000),
  subscribedMaterials: names,
  registrationSchema: schema,
  attachmentSchema: schema,
  secretSettings: names,
  texts: names,
  validatesRegistration: z.boolean(),
  validatesAttachment: z.boolean(),
})

export type PluginDescription = Readonly<z.output<typeof descriptionShape>>

export function describePlugin(plugin: Plugin): PluginDescription {
  return {
    id: plugin.id,
    version: plugin.version,
    description: plugin.description,
    subscribedMaterials: [...plugin.subscribedMaterials],
    registrationSchema: plugin.registrationSchema,
    attachmentSchema: plugin.attachmentSchema,
    secretSettings: [...plugin.secretSettings],
    texts: [...plugin.texts],
    validatesRegistration: plugin.validate !== undefined,
    validatesAttachment: plugin.validateAttachment !== undefined,
  }
}
