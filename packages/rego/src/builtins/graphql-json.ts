import type {
  ArgumentNode,
  DefinitionNode,
  DirectiveDefinitionNode,
  ConstDirectiveNode,
  DirectiveNode,
  DocumentNode,
  EnumValueDefinitionNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  OperationDefinitionNode,
  SchemaDefinitionNode,
  SchemaExtensionNode,
  SelectionSetNode,
  TypeDefinitionNode,
  TypeExtensionNode,
  TypeNode,
  ValueNode,
  VariableDefinitionNode,
} from 'graphql'

import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'

type Fields = Readonly<Record<string, Value | undefined>>

/** An object without what is absent or an empty list. */
function node(fields: Fields): RegoObject {
  const present = Object.entries(fields).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  return RegoObject.from(present as [string, Value][])
}

/** A document of operations and fragments in the shape of the syntax tree that OPA gives. */
export function queryJson({ definitions }: DocumentNode): RegoObject {
  const operations = definitions.filter((each) => each.kind === 'OperationDefinition')
  const fragments = definitions.filter((each) => each.kind === 'FragmentDefinition')
  return node({
    Operations: operations.map(operationJson),
    Fragments: fragments.map((fragment) =>
      node({
        Name: fragment.name.value,
        TypeCondition: fragment.typeCondition.name.value,
        Directives: directivesJson(fragment.directives),
        SelectionSet: selectionsJson(fragment.selectionSet),
      }),
    ),
  })
}

function operationJson(operation: OperationDefinitionNode): RegoObject {
  return node({
    Operation: operation.operation,
    Name: operation.name?.value ?? '',
    VariableDefinitions: (operation.variableDefinitions ?? []).map(variableJson),
    Directives: directivesJson(operation.directives),
    SelectionSet: selectionsJson(operation.selectionSet),
  })
}

function variableJson(variable: VariableDefinitionNode): RegoObject {
  return node({
    Variable: variable.variable.name.value,
    Type: typeJson(variable.type),
    DefaultValue: variable.defaultValue && valueJson(variable.defaultValue),
    Directives: directivesJson(variable.directives),
    Used: false,
  })
}

function selectionsJson(set: SelectionSetNode | undefined): Value[] {
  return (set?.selections ?? []).map((selection) => {
    const directives = directivesJson(selection.directives)
    switch (selection.kind) {
      case 'Field':
        return node({
          Alias: selection.alias?.value ?? selection.name.value,
          Name: selection.name.value,
          Arguments: argumentsJson(selection.arguments),
          Directives: directives,
          SelectionSet: selectionsJson(selection.selectionSet),
        })
      case 'FragmentSpread':
        return node({ Name: selection.name.value, Directives: directives })
      case 'InlineFragment':
        return node({
          TypeCondition: selection.typeCondition?.name.value ?? '',
          Directives: directives,
          SelectionSet: selectionsJson(selection.selectionSet),
        })
    }
  })
}

function directivesJson(directives: readonly (DirectiveNode | ConstDirectiveNode)[] = []): Value[] {
  return directives.map((directive) =>
    node({
      Name: directive.name.value,
      Arguments: argumentsJson(directive.arguments),
      Location: '',
    }),
  )
}

function argumentsJson(args: readonly ArgumentNode[] = []): Value[] {
  return args.map((arg) => node({ Name: arg.name.value, Value: valueJson(arg.value) }))
}

function typeJson(type: TypeNode): RegoObject {
  if (type.kind === 'NonNullType')
    return RegoObject.from([...typeJson(type.type).entries(), ['NonNull', true]])
  if (type.kind === 'ListType')
    return node({ NamedType: '', Elem: typeJson(type.type), NonNull: false })
  return node({ NamedType: type.name.value, NonNull: false })
}

const valueKinds: Record<ValueNode['kind'], number> = {
  Variable: 0, IntValue: 1, FloatValue: 2, StringValue: 3, BooleanValue: 5, NullValue: 6,
  EnumValue: 7, ListValue: 8, ObjectValue: 9,
} // prettier-ignore

function valueJson(value: ValueNode): RegoObject {
  const isBlock = value.kind === 'StringValue' && value.block === true
  return node({
    Raw: rawText(value),
    Children: childrenJson(value),
    Kind: isBlock ? 4 : valueKinds[value.kind],
    ExpectedTypeHasDefault: false,
  })
}

function rawText(value: ValueNode): string {
  switch (value.kind) {
    case 'Variable':
      return value.name.value
    case 'NullValue':
      return 'null'
    case 'ListValue':
    case 'ObjectValue':
      return ''
    default:
      return String(value.value)
  }
}

function childrenJson(value: ValueNode): Value[] {
  if (value.kind === 'ListValue')
    return value.values.map((item) => node({ Name: '', Value: valueJson(item) }))
  if (value.kind !== 'ObjectValue') return []
  return value.fields.map((field) =>
    node({ Name: field.name.value, Value: valueJson(field.value) }),
  )
}

/** A document of types in the shape of the syntax tree that OPA gives. */
export function schemaJson({ definitions }: DocumentNode): RegoObject {
  const of = <K extends DefinitionNode['kind']>(
    ...kinds: K[]
  ): Extract<DefinitionNode, { kind: K }>[] =>
    definitions.filter((each): each is Extract<DefinitionNode, { kind: K }> =>
      kinds.some((kind) => kind === each.kind),
    )
  const isType = (each: DefinitionNode): boolean => each.kind in typeKinds
  const types = definitions.filter(isType) as (TypeDefinitionNode | TypeExtensionNode)[]
  return node({
    Schema: of('SchemaDefinition').map(rootsJson),
    SchemaExtension: of('SchemaExtension').map(rootsJson),
    Directives: of('DirectiveDefinition').map(directiveDefinitionJson),
    Definitions: types.filter(({ kind }) => kind.endsWith('Definition')).map(definitionJson),
    Extensions: types.filter(({ kind }) => kind.endsWith('Extension')).map(definitionJson),
  })
}

function rootsJson(schema: SchemaDefinitionNode | SchemaExtensionNode): RegoObject {
  const types = schema.operationTypes ?? []
  return node({
    Description: ('description' in schema && schema.description?.value) || '',
    Directives: directivesJson(schema.directives),
    OperationTypes: types.map(({ operation, type }) =>
      node({ Operation: operation, Type: type.name.value }),
    ),
  })
}

function directiveDefinitionJson(directive: DirectiveDefinitionNode): RegoObject {
  return node({
    Description: directive.description?.value ?? '',
    Name: directive.name.value,
    Arguments: (directive.arguments ?? []).map(inputJson),
    Locations: directive.locations.map(({ value }) => value),
    IsRepeatable: directive.repeatable,
  })
}

export const typeKinds: Readonly<Record<string, string>> = {
  ScalarTypeDefinition: 'SCALAR', ObjectTypeDefinition: 'OBJECT', InterfaceTypeDefinition: 'INTERFACE',
  UnionTypeDefinition: 'UNION', EnumTypeDefinition: 'ENUM', InputObjectTypeDefinition: 'INPUT_OBJECT',
  ScalarTypeExtension: 'SCALAR', ObjectTypeExtension: 'OBJECT', InterfaceTypeExtension: 'INTERFACE',
  UnionTypeExtension: 'UNION', EnumTypeExtension: 'ENUM', InputObjectTypeExtension: 'INPUT_OBJECT',
} // prettier-ignore

function definitionJson(type: TypeDefinitionNode | TypeExtensionNode): RegoObject {
  return node({
    Kind: typeKinds[type.kind] ?? '',
    Description: ('description' in type && type.description?.value) || '',
    Name: type.name.value,
    Directives: directivesJson(type.directives),
    ...membersJson(type),
    BuiltIn: false,
  })
}

function membersJson(type: TypeDefinitionNode | TypeExtensionNode): Fields {
  return {
    Types: 'types' in type ? type.types?.map(({ name }) => name.value) : undefined,
    EnumValues: 'values' in type ? type.values?.map(enumJson) : undefined,
    Interfaces: 'interfaces' in type ? type.interfaces?.map(({ name }) => name.value) : undefined,
    Fields: 'fields' in type ? type.fields?.map(memberJson) : undefined,
  }
}

function memberJson(field: FieldDefinitionNode | InputValueDefinitionNode): RegoObject {
  return field.kind === 'FieldDefinition' ? fieldJson(field) : inputJson(field)
}

function enumJson(value: EnumValueDefinitionNode): RegoObject {
  return node({
    Description: value.description?.value ?? '',
    Name: value.name.value,
    Directives: directivesJson(value.directives),
  })
}

function fieldJson(field: FieldDefinitionNode): RegoObject {
  return node({
    Description: field.description?.value ?? '',
    Name: field.name.value,
    Arguments: (field.arguments ?? []).map(inputJson),
    Type: typeJson(field.type),
    Directives: directivesJson(field.directives),
  })
}

function inputJson(input: InputValueDefinitionNode): RegoObject {
  return node({
    Description: input.description?.value ?? '',
    Name: input.name.value,
    DefaultValue: input.defaultValue && valueJson(input.defaultValue),
    Type: typeJson(input.type),
    Directives: directivesJson(input.directives),
  })
}
