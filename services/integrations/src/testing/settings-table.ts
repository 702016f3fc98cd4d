import type { Plugin } from '@chainloop/plugin-sdk/plugin'
import type { JsonSchema } from '@chainloop/plugin-sdk/settings'
import { z } from 'zod'

const schema = z.object({
  properties: z
    .record(
      z.string(),
      z.object({
        description: z.string().default(''),
        default: z.union([z.string(), z.boolean(), z.number()]).optional(),
        enum: z.array(z.string()).optional(),
        writeOnly: z.boolean().default(false),
      }),
    )
    .default({}),
  required: z.array(z.string()).default([]),
})

/** What every attachment has stands in one place. */
const common = /^(?:filter|template)_/

/** The settings of a plugin for its page, a row of Markdown each. */
export function settingsRows({ registrationSchema, attachmentSchema }: Plugin): readonly string[] {
  return [
    '| setting | where | needed | meaning |',
    '| --- | --- | --- | --- |',
    ...rowsOf(registrationSchema, 'registration'),
    ...rowsOf(attachmentSchema, 'attachment'),
  ]
}

function rowsOf(json: JsonSchema, where: string): readonly string[] {
  const { properties, required } = schema.parse(json)
  return Object.entries(properties)
    .filter(([name]) => !common.test(name))
    .map(([name, { description, default: preset, enum: choices, writeOnly }]) => {
      const meaning = [
        description,
        choices && `one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`,
        preset !== undefined && `default \`${preset}\``,
        writeOnly && 'sealed',
      ].filter((part) => part)
      const needed = required.includes(name) ? 'yes' : 'no'
      return `| \`${name}\` | ${where} | ${needed} | ${meaning.join('; ')} |`
    })
}
