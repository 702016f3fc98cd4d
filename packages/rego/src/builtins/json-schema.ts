import { equals, typeName } from '../values/compare.ts'
import { align } from '../values/decimal.ts'
import { formatValue } from '../values/format.ts'
import { keyText } from '../values/json.ts'
import { compareNumbers, isInteger, isNumber, toParts } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements, fail } from './operands.ts'
import { compileRegex } from './regex.ts'

export type SchemaFault = {
  readonly field: string
  readonly type: string
  readonly description: string
}

type Site = {
  readonly root: Value
  readonly field: string
  readonly faults: SchemaFault[]
  readonly depth: number
}

/** JSON Schema, drafts 4 to 7, without references to other documents. */
export function validateSchema(document: Value, schema: Value): SchemaFault[] {
  const faults: SchemaFault[] = []
  check(document, schema, { root: schema, field: '(Root)', faults, depth: 0 })
  return faults
}

function add({ faults, field }: Site, type: string, description: string): void {
  faults.push({ field, type, description })
}

function below(site: Site, key: string): Site {
  return {
    ...site,
    field: site.field === '(Root)' ? key : `${site.field}.${key}`,
    depth: site.depth + 1,
  }
}

function check(value: Value, schema: Value, site: Site): void {
  if (site.depth > 200) throw fail('json schema nests too deeply')
  if (schema === false) return add(site, 'false', 'False always fails validation')
  if (!(schema instanceof RegoObject)) return
  const ref = schema.get('$ref')
  if (typeof ref === 'string')
    return check(value, resolve(site.root, ref), { ...site, depth: site.depth + 1 })
  const before = site.faults.length
  for (const [keyword, rule] of Object.entries(keywords)) {
    const argument = schema.get(keyword)
    if (argument !== undefined) rule({ value, argument, schema, site })
    // A value of another type is not looked at any closer.
    if (keyword === 'type' && site.faults.length > before) return
  }
}

function resolve(root: Value, ref: string): Value {
  if (!ref.startsWith('#')) throw fail(`json schema: reference ${ref} to another document`)
  const keys = ref
    .slice(1)
    .split('/')
    .slice(1)
    .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
  const found = keys.reduce(
    (at: Value | undefined, key) =>
      at instanceof RegoObject ? at.get(key) : Array.isArray(at) ? at[Number(key)] : undefined,
    root,
  )
  if (found === undefined) throw fail(`json schema: reference ${ref} leads nowhere`)
  return found
}

function holds(value: Value, schema: Value, site: Site): boolean {
  return faultsOf(value, schema, site).length === 0
}

function faultsOf(value: Value, schema: Value, site: Site): SchemaFault[] {
  const faults: SchemaFault[] = []
  check(value, schema, { ...site, faults, depth: site.depth + 1 })
  return faults
}

type Rule = {
  readonly value: Value
  readonly argument: Value
  readonly schema: RegoObject
  readonly site: Site
}

function isType(value: Value, type: Value): boolean {
  if (type === 'integer') return isNumber(value) && isInteger(value)
  return typeName(value) === type
}

function bound(
  type: string,
  word: string,
  fails: (order: number) => boolean,
): (rule: Rule) => void {
  return ({ value, argument, site }) => {
    if (isNumber(value) && isNumber(argument) && fails(compareNumbers(value, argument))) {
      add(site, type, `Must be ${word} ${formatValue(argument)}`)
    }
  }
}

function size(
  measure: (value: Value) => number | undefined,
  sign: 1 | -1,
  message: (limit: string) => [string, string],
): (rule: Rule) => void {
  return ({ value, argument, site }) => {
    const measured = measure(value)
    if (measured === undefined || !isNumber(argument)) return
    if (compareNumbers(measured, argument) * sign < 0) add(site, ...message(formatValue(argument)))
  }
}

const textLength = (value: Value): number | undefined =>
  typeof value === 'string' ? Array.from(value).length : undefined
const itemCount = (value: Value): number | undefined =>
  Array.isArray(value) ? value.length : undefined
const keyCount = (value: Value): number | undefined =>
  value instanceof RegoObject ? value.size : undefined

const keywords: Readonly<Record<string, (rule: Rule) => void>> = {
  type: ({ value, argument, site }) => {
    const types = typeof argument === 'string' ? [argument] : elements(argument)
    if (types.some((type) => isType(value, type))) return
    const given = isNumber(value) && isInteger(value) ? 'integer' : typeName(value)
    add(
      site,
      'invalid_type',
      `Invalid type. Expected: ${types.map(keyText).join(',')}, given: ${given}`,
    )
  },
  enum: ({ value, argument, site }) => {
    if (elements(argument).some((each) => equals(each, value))) return
    add(
      site,
      'enum',
      `${site.field} must be one of the following: ${elements(argument).map(formatValue).join(', ')}`,
    )
  },
  const: ({ value, argument, site }) => {
    if (!equals(value, argument))
      add(site, 'const', `${site.field} does not match: ${formatValue(argument)}`)
  },
  minimum: bound('number_gte', 'greater than or equal to', (order) => order < 0),
  maximum: bound('number_lte', 'less than or equal to', (order) => order > 0),
  exclusiveMinimum: bound('number_gt', 'greater than', (order) => order <= 0),
  exclusiveMaximum: bound('number_lt', 'less than', (order) => order >= 0),
  multipleOf: ({ value, argument, site }) => {
    if (!isNumber(value) || !isNumber(argument) || argument === 0) return
    const [a, b] = align(toParts(value), toParts(argument))
    if (a % b !== 0n) add(site, 'multiple_of', `Must be a multiple of ${formatValue(argument)}`)
  },
  minLength: size(textLength, 1, (limit) => [
    'string_gte',
    `String length must be greater than or equal to ${limit}`,
  ]),
  maxLength: size(textLength, -1, (limit) => [
    'string_lte',
    `String length must be less than or equal to ${limit}`,
  ]),
  minItems: size(itemCount, 1, (limit) => [
    'array_min_items',
    `Array must have at least ${limit} items`,
  ]),
  maxItems: size(itemCount, -1, (limit) => [
    'array_max_items',
    `Array must have at most ${limit} items`,
  ]),
  minProperties: size(keyCount, 1, (limit) => [
    'array_min_properties',
    `Must have at least ${limit} properties`,
  ]),
  maxProperties: size(keyCount, -1, (limit) => [
    'array_max_properties',
    `Must have at most ${limit} properties`,
  ]),
  pattern: ({ value, argument, site }) => {
    if (typeof value !== 'string' || typeof argument !== 'string') return
    if (!compileRegex(argument).matcher(value).find())
      add(site, 'pattern', `Does not match pattern '${argument}'`)
  },
  uniqueItems: ({ value, argument, site }) => {
    if (argument !== true || !Array.isArray(value)) return
    for (const [later, item] of value.entries()) {
      const first = value.findIndex((other) => equals(other, item))
      if (first < later) return add(site, 'unique', `array items[${first},${later}] must be unique`)
    }
  },
  items: ({ value, argument, schema, site }) => {
    for (const [index, item] of elements(Array.isArray(value) ? value : undefined).entries()) {
      const fixed = Array.isArray(argument)
      const rule = fixed ? (argument[index] ?? schema.get('additionalItems') ?? true) : argument
      check(item, rule, below(site, keyText(index)))
    }
  },
  contains: ({ value, argument, site }) => {
    if (Array.isArray(value) && !value.some((item) => holds(item, argument, site))) {
      add(site, 'contains', 'At least one of the items must match')
    }
  },
  required: ({ value, argument, site }) => {
    if (!(value instanceof RegoObject)) return
    for (const key of elements(argument))
      if (!value.has(key)) add(site, 'required', `${keyText(key)} is required`)
  },
  properties: ({ value, argument, site }) => {
    if (!(value instanceof RegoObject) || !(argument instanceof RegoObject)) return
    for (const [key, rule] of argument.entries()) {
      const member = value.get(key)
      if (member !== undefined) check(member, rule, below(site, keyText(key)))
    }
  },
  patternProperties: ({ value, argument, site }) => {
    if (!(value instanceof RegoObject) || !(argument instanceof RegoObject)) return
    for (const [pattern, rule] of argument.entries()) {
      const regex = compileRegex(keyText(pattern))
      for (const [key, member] of value.entries()) {
        if (regex.matcher(keyText(key)).find()) check(member, rule, below(site, keyText(key)))
      }
    }
  },
  additionalProperties: ({ value, argument, schema, site }) => {
    if (!(value instanceof RegoObject)) return
    for (const [key, member] of value.entries()) {
      if (isDeclared(keyText(key), schema)) continue
      if (argument === false)
        add(
          site,
          'additional_property_not_allowed',
          `Additional property ${keyText(key)} is not allowed`,
        )
      else check(member, argument, below(site, keyText(key)))
    }
  },
  propertyNames: ({ value, argument, site }) => {
    if (!(value instanceof RegoObject)) return
    for (const key of value.keys()) {
      if (!holds(key, argument, site))
        add(site, 'invalid_property_name', `Property name of "${keyText(key)}" does not match`)
    }
  },
  dependencies: ({ value, argument, site }) => {
    if (!(value instanceof RegoObject) || !(argument instanceof RegoObject)) return
    for (const [key, rule] of argument.entries())
      if (value.has(key)) checkDependency(value, rule, site)
  },
  allOf: ({ value, argument, site }) => {
    if (elements(argument).every((rule) => holds(value, rule, site))) return
    for (const rule of elements(argument)) check(value, rule, { ...site, depth: site.depth + 1 })
    add(site, 'number_all_of', 'Must validate all the schemas (allOf)')
  },
  anyOf: ({ value, argument, site }) => {
    const attempts = elements(argument).map((rule) => faultsOf(value, rule, site))
    if (attempts.some((faults) => faults.length === 0)) return
    add(site, 'number_any_of', 'Must validate at least one schema (anyOf)')
    site.faults.push(...(attempts.toSorted((a, b) => a.length - b.length)[0] ?? []))
  },
  oneOf: ({ value, argument, site }) => {
    const count = elements(argument).filter((rule) => holds(value, rule, site)).length
    if (count !== 1) add(site, 'number_one_of', 'Must validate one and only one schema (oneOf)')
  },
  not: ({ value, argument, site }) => {
    if (holds(value, argument, site)) add(site, 'number_not', 'Must not validate the schema (not)')
  },
  if: ({ value, argument, schema, site }) => {
    const branch = schema.get(holds(value, argument, site) ? 'then' : 'else')
    if (branch !== undefined) check(value, branch, { ...site, depth: site.depth + 1 })
  },
}

function isDeclared(key: string, schema: RegoObject): boolean {
  const properties = schema.get('properties')
  if (properties instanceof RegoObject && properties.has(key)) return true
  const patterns = schema.get('patternProperties')
  return (
    patterns instanceof RegoObject &&
    patterns.keys().some((pattern) => compileRegex(keyText(pattern)).matcher(key).find())
  )
}

function checkDependency(value: RegoObject, rule: Value, site: Site): void {
  if (!Array.isArray(rule)) return check(value, rule, { ...site, depth: site.depth + 1 })
  for (const needed of rule) {
    if (!value.has(needed))
      add(site, 'missing_dependency', `Has a dependency on ${keyText(needed)}`)
  }
}
