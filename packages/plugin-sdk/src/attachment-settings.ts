import { z } from 'zod'

import { type JsonSchema, propertiesOf, toJsonSchema } from './settings.ts'

const patterns = z
  .string()
  .min(1)
  .regex(/^[^,\s]+(\s*,\s*[^,\s]+)*$/, 'must be one or more patterns, separated by commas')

const pairs = z
  .string()
  .regex(/^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$/, 'must be pairs as k=v, separated by commas')

const maxExpressionLength = 4096
const maxTemplateLength = 16_384

/** What every attachment can be narrowed by, whatever its plugin. All that are given have to hold. */
export const filterSettings = z.object({
  filter_materials: patterns.optional().meta({
    description: 'only materials of these kinds: SARIF,SBOM_*; skipped when there are none',
  }),
  filter_material_annotations: pairs.optional().meta({
    description: 'only materials with these annotations: k=v,k2=v2; skipped when there are none',
  }),
  filter_annotations: pairs
    .optional()
    .meta({ description: 'only attestations with these annotations: k=v,k2=v2' }),
  filter_project: patterns.optional().meta({ description: 'only these projects: shop,team-*' }),
  filter_version: patterns
    .optional()
    .meta({ description: 'only these versions of the project: v1.*,main' }),
  filter_policy_status: patterns.optional().meta({
    description:
      'only with these: passed, skipped, warning, blocked, bypassed, not_applicable; a comma between two',
  }),
  filter_expression: z.string().min(1).max(maxExpressionLength).optional().meta({
    description: "only where this CEL expression is true: policies.status == 'passed'",
  }),
})

export type FilterSettings = z.output<typeof filterSettings>

export const templatePrefix = 'template_'

/**
 * The settings of an attachment: the plugin's own, the filters, and a template for each of its texts. Throws a TypeError
 * when one of the plugin's own has such a name.
 */
export function attachmentSchemaWith(
  id: string,
  own: JsonSchema,
  texts: Readonly<Record<string, string>>,
): JsonSchema {
  for (const [name] of propertiesOf(own)) {
    if (name.startsWith('filter_') || name.startsWith(templatePrefix)) {
      throw new TypeError(`plugin ${id}: the setting ${name} is one of every attachment`)
    }
  }
  const templates = Object.entries(texts).map(([name, description]) => [
    templatePrefix + name,
    z
      .string()
      .min(1)
      .max(maxTemplateLength)
      .optional()
      .meta({ description: `${description}, as text with {{ CEL expressions }}` }),
  ])
  const common = z.object({ ...filterSettings.shape, ...Object.fromEntries(templates) })
  const added = propertiesOf(toJsonSchema(id, common))
  return { ...own, properties: Object.fromEntries([...propertiesOf(own), ...added]) }
}
