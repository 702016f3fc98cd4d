import { buildASTSchema, parse, specifiedRules, validate, validateSchema, visit } from 'graphql'
import type { DefinitionNode, DocumentNode, GraphQLSchema } from 'graphql'

import { RegoError } from '../errors.ts'
import { keyText } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { located, syntaxError } from './graphql-errors.ts'
import { queryJson, schemaJson, typeKinds } from './graphql-json.ts'
import { printDocument } from './graphql-print.ts'
import { fail, stringAt, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

const maxTokens = 100_000

function parseDocument(
  text: string,
  isAllowed: (definition: DefinitionNode) => boolean,
): DocumentNode {
  const document = parseText(text)
  for (const definition of document.definitions)
    if (!isAllowed(definition)) throw misplaced(definition, text)
  visit(document, {
    SelectionSet: ({ selections, loc }) => {
      if (selections.length > 0 || !loc) return
      throw located(
        'expected at least one definition, found }',
        loc.endToken.line,
        loc.endToken.column,
      )
    },
  })
  return document
}

/** The grammar has no document without definitions, OPA does. */
function parseText(text: string): DocumentNode {
  if (text.replace(/#.*|[\s,\uFEFF]+/g, '') === '')
    return { kind: 'Document', definitions: [] } as unknown as DocumentNode
  try {
    return parse(text, { maxTokens })
  } catch (error) {
    throw syntaxError(error, text)
  }
}

function misplaced({ loc }: DefinitionNode, text: string): RegoError {
  const { line = 1, column = 1, start = 0 } = loc?.startToken ?? {}
  const found = /^\w+|^\S/.exec(text.slice(start))?.[0] ?? ''
  return located(
    /^\w/.test(found) ? `Unexpected Name "${found}"` : `Unexpected ${found}`,
    line,
    column,
  )
}

function parseQuery(text: string): DocumentNode {
  return parseDocument(
    text,
    ({ kind }) => kind === 'OperationDefinition' || kind === 'FragmentDefinition',
  )
}

function parseSchema(text: string): DocumentNode {
  return parseDocument(
    text,
    ({ kind }) => kind !== 'OperationDefinition' && kind !== 'FragmentDefinition',
  )
}

function documentAt(value: Value, read: (text: string) => DocumentNode): DocumentNode {
  return read(value instanceof RegoObject ? printDocument(value) : keyText(value))
}

/** An extension of a type that nobody defines stands for its definition. */
function completeTypes(document: DocumentNode): DocumentNode {
  const defined = new Set<string>()
  for (const definition of document.definitions) {
    if (definition.kind in typeKinds && definition.kind.endsWith('Definition'))
      defined.add(nameOf(definition))
  }
  const definitions = document.definitions.map((definition) => {
    const name = nameOf(definition)
    if (!(definition.kind in typeKinds) || defined.has(name)) return definition
    defined.add(name)
    return {
      ...definition,
      kind: definition.kind.replace('Extension', 'Definition'),
    } as DefinitionNode
  })
  return { ...document, definitions }
}

function nameOf(definition: DefinitionNode): string {
  return 'name' in definition ? (definition.name?.value ?? '') : ''
}

function buildSchema(document: DocumentNode): GraphQLSchema {
  const complete = completeTypes(document)
  try {
    const schema = buildASTSchema(complete)
    // A schema without queries is of use in policies.
    const error = validateSchema(schema).find(
      ({ message }) => !message.startsWith('Query root type must be'),
    )
    if (error) throw error
    return schema
  } catch (error) {
    throw fail(`GraphQL schema error: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function check(query: DocumentNode, schema: GraphQLSchema): void {
  const assumed: GraphQLSchema = Object.assign(Object.create(schema), { __validationErrors: [] })
  const [error] = query.definitions.length === 0 ? [] : validate(assumed, query, specifiedRules)
  if (error) {
    const { line = 1, column = 1 } = error.locations?.[0] ?? {}
    throw located(error.message.replace(/\.$/, ''), line, column)
  }
}

type Documents = { readonly query: DocumentNode; readonly schema: DocumentNode }

function readBoth(args: readonly Value[]): Documents {
  const query = documentAt(valueAt(args, 0), parseQuery)
  const schema = documentAt(valueAt(args, 1), parseSchema)
  check(query, buildSchema(schema))
  return { query, schema }
}

function holds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof RegoError) return false
    throw error
  }
}

const parseBoth: BuiltinFunction = (args) => {
  const { query, schema } = readBoth(args)
  return [treeOf(args, 0, query), treeOf(args, 1, schema)]
}

/** A tree that was given is given back. */
function treeOf(args: readonly Value[], index: 0 | 1, document: DocumentNode): Value {
  const given = valueAt(args, index)
  if (given instanceof RegoObject) return given
  return index === 0 ? queryJson(document) : schemaJson(document)
}

const parseAndVerify: BuiltinFunction = (args, call) => {
  if (!holds(() => readBoth(args))) return [false, RegoObject.empty, RegoObject.empty]
  const both = parseBoth(args, call)
  return [true, ...(Array.isArray(both) ? both : [])]
}

const source = 'string|object'

export const graphql: readonly Builtin[] = [
  define(
    'graphql.parse_query(string) -> object',
    'The syntax tree of operations and fragments.',
    (args) => queryJson(parseQuery(stringAt(args, 0))),
  ),
  define('graphql.parse_schema(string) -> object', 'The syntax tree of a schema.', (args) =>
    schemaJson(parseSchema(stringAt(args, 0))),
  ),
  define(
    `graphql.parse(${source}, ${source}) -> array`,
    'The trees of a query and of the schema that it is valid for.',
    parseBoth,
  ),
  define(
    `graphql.parse_and_verify(${source}, ${source}) -> array`,
    'Whether a query is valid for a schema, and both trees.',
    parseAndVerify,
  ),
  define(
    `graphql.is_valid(${source}, ${source}) -> boolean`,
    'Whether a query is valid for a schema.',
    (args) => holds(() => readBoth(args)),
  ),
  define(`graphql.schema_is_valid(${source}) -> boolean`, 'Whether a schema is valid.', (args) =>
    holds(() => buildSchema(documentAt(valueAt(args, 0), parseSchema))),
  ),
]
