import { keyText } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements } from './operands.ts'
import { own } from './own.ts'

/** Writes syntax trees in OPA's shape as GraphQL, so that they can be validated. */
export function printDocument(tree: RegoObject): string {
  return [
    ...listOf(tree, 'Operations').map(printOperation),
    ...listOf(tree, 'Fragments').map(printFragment),
    ...listOf(tree, 'Schema').map((schema) => printRoots('schema', schema)),
    ...listOf(tree, 'SchemaExtension').map((schema) => printRoots('extend schema', schema)),
    ...listOf(tree, 'Directives').map(printDirectiveDefinition),
    ...listOf(tree, 'Definitions').map((type) => printType('', type)),
    ...listOf(tree, 'Extensions').map((type) => printType('extend ', type)),
  ].join('\n')
}

function listOf(tree: RegoObject, key: string): RegoObject[] {
  return elements(tree.get(key)).filter((item) => item instanceof RegoObject)
}

function textOf(tree: RegoObject, key: string): string {
  const value = tree.get(key)
  return typeof value === 'string' ? value : ''
}

function wrap(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? '' : `${open}${items.join(' ')}${close}`
}

function printOperation(operation: RegoObject): string {
  const kind = textOf(operation, 'Operation') || 'query'
  const variables = listOf(operation, 'VariableDefinitions').map(
    (each) => `$${textOf(each, 'Variable')}: ${printTyped(each)}${printDirectives(each)}`,
  )
  return `${kind} ${textOf(operation, 'Name')}${wrap('(', variables, ')')}${printDirectives(operation)}${printSelections(operation)}`
}

function printFragment(fragment: RegoObject): string {
  const condition = textOf(fragment, 'TypeCondition')
  return `fragment ${textOf(fragment, 'Name')} on ${condition}${printDirectives(fragment)}${printSelections(fragment)}`
}

function printSelections(tree: RegoObject): string {
  return wrap(' {', listOf(tree, 'SelectionSet').map(printSelection), '}')
}

function printSelection(selection: RegoObject): string {
  const directives = printDirectives(selection)
  const [name, alias] = [textOf(selection, 'Name'), textOf(selection, 'Alias')]
  if (alias) {
    const label = alias === name ? '' : `${alias}: `
    return `${label}${name}${printArguments(selection)}${directives}${printSelections(selection)}`
  }
  if (name) return `...${name}${directives}`
  const condition = textOf(selection, 'TypeCondition')
  return `...${condition && ` on ${condition}`}${directives}${printSelections(selection)}`
}

function printDirectives(tree: RegoObject): string {
  return listOf(tree, 'Directives')
    .map((each) => ` @${textOf(each, 'Name')}${printArguments(each)}`)
    .join('')
}

function printArguments(tree: RegoObject): string {
  const args = listOf(tree, 'Arguments').map(
    (arg) => `${textOf(arg, 'Name')}: ${printValue(arg.get('Value'))}`,
  )
  return wrap('(', args, ')')
}

function printValue(value: Value | undefined): string {
  if (!(value instanceof RegoObject)) return 'null'
  const raw = textOf(value, 'Raw')
  const items = listOf(value, 'Children')
  switch (value.get('Kind')) {
    case 0:
      return `$${raw}`
    case 3:
    case 4:
      return JSON.stringify(raw)
    case 8:
      return `[${items.map((item) => printValue(item.get('Value'))).join(', ')}]`
    case 9:
      return `{${items.map((item) => `${textOf(item, 'Name')}: ${printValue(item.get('Value'))}`).join(', ')}}`
    default:
      return raw
  }
}

/** The type of a field, an argument or a variable, and its default. */
function printTyped(tree: RegoObject): string {
  const initial = tree.get('DefaultValue')
  return printTypeRef(tree.get('Type')) + (initial === undefined ? '' : ` = ${printValue(initial)}`)
}

function printTypeRef(type: Value | undefined): string {
  if (!(type instanceof RegoObject)) return ''
  const inner = type.get('Elem')
  const name = inner === undefined ? textOf(type, 'NamedType') : `[${printTypeRef(inner)}]`
  return type.get('NonNull') === true ? `${name}!` : name
}

function printRoots(word: string, schema: RegoObject): string {
  const types = listOf(schema, 'OperationTypes').map(
    (each) => `${textOf(each, 'Operation')}: ${textOf(each, 'Type')}`,
  )
  return `${word}${printDirectives(schema)}${wrap(' {', types, '}')}`
}

function printDirectiveDefinition(directive: RegoObject): string {
  const repeatable = directive.get('IsRepeatable') === true ? ' repeatable' : ''
  const locations = elements(directive.get('Locations')).map(keyText).join(' | ')
  return `directive @${textOf(directive, 'Name')}${printInputs(directive, 'Arguments', '()')}${repeatable} on ${locations}`
}

function printInputs(tree: RegoObject, key: string, brackets: string): string {
  const inputs = listOf(tree, key).map(
    (each) => `${textOf(each, 'Name')}: ${printTyped(each)}${printDirectives(each)}`,
  )
  return wrap(brackets[0] ?? '', inputs, brackets[1] ?? '')
}

const words: Readonly<Record<string, string>> = {
  SCALAR: 'scalar', OBJECT: 'type', INTERFACE: 'interface', UNION: 'union', ENUM: 'enum', INPUT_OBJECT: 'input',
} // prettier-ignore

function printType(prefix: string, type: RegoObject): string {
  const kind = textOf(type, 'Kind')
  const interfaces = elements(type.get('Interfaces')).map(keyText).join(' & ')
  const head = `${prefix}${own(words, kind) ?? 'type'} ${textOf(type, 'Name')}${interfaces && ` implements ${interfaces}`}${printDirectives(type)}`
  if (kind === 'UNION') return `${head} = ${elements(type.get('Types')).map(keyText).join(' | ')}`
  if (kind === 'INPUT_OBJECT') return head + printInputs(type, 'Fields', '{}')
  if (kind === 'ENUM') {
    const values = listOf(type, 'EnumValues').map(
      (each) => textOf(each, 'Name') + printDirectives(each),
    )
    return head + wrap(' {', values, '}')
  }
  const fields = listOf(type, 'Fields').map(
    (field) =>
      `${textOf(field, 'Name')}${printInputs(field, 'Arguments', '()')}: ${printTyped(field)}${printDirectives(field)}`,
  )
  return head + wrap(' {', fields, '}')
}
