import { expect, test } from '@jest/globals'
import { z } from 'zod'

import { definePlugin, secret } from './plugin.ts'

const definition = {
  id: 'example',
  version: '1',
  description: 'an example',
  registration: z.object({
    host: z.string().min(1),
    apiKey: secret(z.string(), 'a key'),
    port: z.number().int().default(25),
  }),
  attachment: z.object({}),
  deliver: async () => ({}),
}

test('the JSON Schema says what users may enter', () => {
  const { registrationSchema, secretSettings } = definePlugin(definition)

  expect(registrationSchema).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      host: { type: 'string', minLength: 1 },
      apiKey: { type: 'string', description: 'a key', writeOnly: true },
      port: expect.objectContaining({ type: 'integer', default: 25 }),
    },
    required: ['host', 'apiKey'],
    additionalProperties: false,
  })
  expect(secretSettings).toEqual(['apiKey'])
})

test('a plugin sees its settings with their types and defaults', async () => {
  const seen: unknown[] = []
  const plugin = definePlugin({
    ...definition,
    async deliver({ registration }) {
      seen.push(registration.port + 1)
      return {}
    },
  })

  // Only the settings matter to this plugin.
  await plugin.deliver({ registration: { host: 'h', apiKey: 'k' }, attachment: {} } as never)

  expect(seen).toEqual([26])
})

test('settings are flat', () => {
  const nested = z.object({ list: z.array(z.string()) })

  expect(() => definePlugin({ ...definition, registration: nested })).toThrow('list is not flat')
})

test('every attachment has filters, and a template for each text of the plugin', () => {
  const { attachmentSchema } = definePlugin({
    ...definition,
    attachment: z.object({ channel: z.string() }),
    texts: { message: 'what is posted' },
  })

  expect(Object.keys(Object(attachmentSchema['properties']))).toEqual([
    'channel',
    'filter_materials',
    'filter_material_annotations',
    'filter_annotations',
    'filter_project',
    'filter_version',
    'filter_policy_status',
    'filter_expression',
    'template_message',
  ])
  expect(attachmentSchema).toMatchObject({ required: ['channel'], additionalProperties: false })
})

test('a setting of the plugin cannot take the name of one of every attachment', () => {
  const attachment = z.object({ filter_mine: z.string() })
  expect(() => definePlugin({ ...definition, attachment })).toThrow('filter_mine is one of every')
})

test('a plugin validates with the settings that it declared, and may have nothing to tell', async () => {
  const seen: unknown[] = []
  const plugin = definePlugin({
    ...definition,
    async validate({ registration }) {
      seen.push(registration)
    },
  })
  const given = { registration: { host: 'h', apiKey: 'k', old: 1 } } as never

  expect(await plugin.validate?.(given)).toEqual({})
  expect(seen).toEqual([{ host: 'h', apiKey: 'k', port: 25 }])
  expect(plugin.validateAttachment).toBeUndefined()
})
