import { table, type TableBlock } from '../../core/view.ts'

/** The options that a JSON Schema of one level asks for. */
export function schemaTable(schema: unknown, title: string): TableBlock {
  const required = asObject(schema)['required']
  const names = Array.isArray(required) ? required : []
  const rows = Object.entries(asObject(asObject(schema)['properties'])).map(([name, property]) => {
    const { type, description, format } = asObject(property)
    return [
      name,
      [type, format].filter((part) => typeof part === 'string').join(', '),
      names.includes(name),
      typeof description === 'string' ? description : '',
    ]
  })
  return table(['option', 'type', 'required', 'description'], rows, {
    empty: `${title}: none`,
    title,
  })
}

/** `--opt` values as the types that the schema declares; what it does not know stays text. */
export function castOptions(
  options: Readonly<Record<string, string>>,
  schema: unknown,
): Record<string, string | number | boolean> {
  const properties = asObject(asObject(schema)['properties'])
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      cast(value, asObject(properties[name])['type']),
    ]),
  )
}

function cast(value: string, type: unknown): string | number | boolean {
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  const isNumber = type === 'integer' || type === 'number'
  return isNumber && value !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
