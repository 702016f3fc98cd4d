import { readFileSync } from 'node:fs'

import { expect, test } from '@jest/globals'

import { contractSchemaText, PLACES } from './contract-schema-text.ts'

test.each(PLACES)(
  '%s is what the definitions say (`pnpm --filter @chainloop/proto generate` writes it)',
  (place) => {
    expect(readFileSync(place, 'utf8')).toBe(contractSchemaText())
  },
)

interface Definition {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>
}

test('comments of the definitions become the descriptions that editors show', () => {
  const { definitions }: { definitions: Record<string, Definition> } =
    JSON.parse(contractSchemaText())

  expect(definitions['CraftingSchema.Material']?.properties['optional']?.description).toBe(
    'A run is complete without it.',
  )
})
