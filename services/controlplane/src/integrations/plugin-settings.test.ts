import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { assertSettingsSchema, readSettings } from './plugin-settings.ts'

const schema = {
  type: 'object',
  properties: {
    url: { type: 'string', format: 'uri' },
    apiKey: { type: 'string', minLength: 8, writeOnly: true },
    mode: { type: 'string', enum: ['fast', 'slow'] },
    port: { type: 'integer' },
  },
  required: ['url'],
  additionalProperties: false,
}

test('secrets are told from what may be shown', () => {
  const given = { url: 'https://a.example', apiKey: '12345678', mode: 'fast' }

  expect(readSettings(schema, given, 'x')).toEqual({
    configuration: { url: 'https://a.example', mode: 'fast' },
    secrets: { apiKey: '12345678' },
  })
  expect(readSettings(schema, { url: 'https://a.example' }, 'x').secrets).toBeUndefined()
})

test('all that is wrong is said at once, without the values', async () => {
  const given = { apiKey: 'short', mode: 'medium', port: 'x', other: 1 }

  await expect(() => readSettings(schema, given, 'siem')).toFailWith(
    'invalid',
    'the settings of siem do not fit: url is required; other is unknown; ' +
      'apiKey must NOT have fewer than 8 characters; mode must be one of fast, slow; port must be integer',
  )
})

test('what is no JSON Schema is refused', async () => {
  await expect(() => assertSettingsSchema({ type: 'nonsense' }, 'it')).toFailWith(
    'invalid',
    'it is',
  )
})
