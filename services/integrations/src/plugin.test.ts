import { expect, test } from '@jest/globals'
import { z } from 'zod'

import { definePlugin, secret } from './plugin.ts'
import { builtIn, registryOf } from './registry.ts'

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

test('ids are unique, and the built-in plugins hide their secrets', () => {
  const plugin = definePlugin(definition)

  expect(() => registryOf([plugin, plugin])).toThrow('two plugins are called example')
  expect(builtIn.get('webhook')?.secretSettings).toEqual(['secret', 'authorization'])
})
