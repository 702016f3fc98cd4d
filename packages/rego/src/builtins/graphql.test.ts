import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['graphql.schema_is_valid("type Query { a: Int }")', 'true'],
  [
    'graphql.parse_schema("type Query { a: Int }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  [
    'graphql.schema_is_valid("type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.schema_is_valid("type Query { a: [Int!]! } interface N { id: ID } type T implements N { id: ID }")',
    'true',
  ],
  ['graphql.schema_is_valid("type T implements N { x: Int } interface N { id: ID }")', 'false'],
  ['graphql.schema_is_valid("type Query { a: Foo }")', 'false'],
  [
    'graphql.parse_schema("type Query { a: Foo }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Foo","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  ['graphql.schema_is_valid("input I { a: T } type T { b: Int }")', 'false'],
  ['graphql.schema_is_valid("union U = T type T { a: Int }")', 'true'],
  ['graphql.schema_is_valid("type T { a: Int a: Int }")', 'false'],
  ['graphql.schema_is_valid("type T { a: Int } type T { b: Int }")', 'false'],
  ['graphql.schema_is_valid("enum E { A A }")', 'false'],
  [
    'graphql.parse_schema("enum E { A A }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","EnumValues":[{"Description":"","Name":"A"},{"Description":"","Name":"A"}],"Kind":"ENUM","Name":"E"}]}',
  ],
  ['graphql.schema_is_valid("type Query { a: Int @foo }")', 'false'],
  ['graphql.schema_is_valid("schema { query: X }")', 'false'],
  [
    'graphql.parse_schema("schema { query: X }")',
    '{"Schema":[{"Description":"","OperationTypes":[{"Operation":"query","Type":"X"}]}]}',
  ],
  ['graphql.schema_is_valid("type Query { __a: Int }")', 'false'],
  [
    'graphql.parse_schema("type Query { __a: Int }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"__a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  ['graphql.schema_is_valid("scalar X")', 'true'],
  [
    'graphql.parse_schema("scalar X")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Kind":"SCALAR","Name":"X"}]}',
  ],
  ['graphql.schema_is_valid("extend type Q { a: Int }")', 'true'],
  [
    'graphql.parse_schema("extend type Q { a: Int }")',
    '{"Extensions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Q"}]}',
  ],
  ['graphql.schema_is_valid("extend enum E { A }")', 'true'],
  [
    'graphql.parse_schema("extend enum E { A }")',
    '{"Extensions":[{"BuiltIn":false,"Description":"","EnumValues":[{"Description":"","Name":"A"}],"Kind":"ENUM","Name":"E"}]}',
  ],
  ['graphql.schema_is_valid("")', 'true'],
  ['graphql.parse_schema("")', '{}'],
  ['graphql.schema_is_valid("type T")', 'false'],
  [
    'graphql.parse_schema("type T")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Kind":"OBJECT","Name":"T"}]}',
  ],
  ['graphql.schema_is_valid("type Query { a: Int! = 5 }")', 'false'],
  [
    'graphql.parse_schema("type Query { a: Int! = 5 }")',
    'eval_builtin_error: graphql.parse_schema: Expected Name, found = in GraphQL string at location 1:22',
  ],
  [
    'graphql.schema_is_valid("schema { query: Query } schema { query: Query } type Query { a: Int }")',
    'false',
  ],
  ['graphql.schema_is_valid("type Query { a(x: Int @deprecated): Int } subscription")', 'false'],
  ['graphql.schema_is_valid("extend schema { query: Q } type Q { a: Int }")', 'true'],
  [
    'graphql.is_valid("{ a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ a }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ a(x: 1) b { c } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("{ zz }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ zz }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"zz","Name":"zz"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ zz }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("query A { a } query A { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("query A { a } query A { a }")',
    '{"Operations":[{"Name":"A","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]},{"Name":"A","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("query A { a } query A { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("query ($v: Int!) { a(x: $v) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("query ($v: String!) { a(x: $v) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_and_verify("query ($v: String!) { a(x: $v) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ a(x: \\"s\\") }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ a(x: \\"s\\") }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Arguments":[{"Name":"x","Value":{"ExpectedTypeHasDefault":false,"Kind":3,"Raw":"s"}}],"Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ a(x: \\"s\\") }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ b }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ b }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ a { c } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ a { c } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a","SelectionSet":[{"Alias":"c","Name":"c"}]}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ a { c } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("fragment F on B { c } { b { ...F } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("fragment F on B { c } { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_and_verify("fragment F on B { c } { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ b { ... on Query { a } } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ b { ... on Query { a } } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b","SelectionSet":[{"SelectionSet":[{"Alias":"a","Name":"a"}],"TypeCondition":"Query"}]}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b { ... on Query { a } } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ b { c @include(if: true) } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("{ b { c @foo } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ b { c @foo } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b","SelectionSet":[{"Alias":"c","Directives":[{"Location":"","Name":"foo"}],"Name":"c"}]}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b { c @foo } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("mutation { x }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("mutation { x }")',
    '{"Operations":[{"Name":"","Operation":"mutation","SelectionSet":[{"Alias":"x","Name":"x"}]}]}',
  ],
  [
    'graphql.parse_and_verify("mutation { x }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ a(x: 1, x: 2) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_and_verify("{ a(x: 1, x: 2) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ a(y: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ a(y: 1) }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Arguments":[{"Name":"y","Value":{"ExpectedTypeHasDefault":false,"Kind":1,"Raw":"1"}}],"Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ a(y: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("query ($v: Int) { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_and_verify("query ($v: Int) { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("{ __typename }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.parse_query("{ __typename }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"__typename","Name":"__typename"}]}]}',
  ],
  [
    'graphql.is_valid("{ b { c: c c: d } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("{ b { c: c c: d } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b","SelectionSet":[{"Alias":"c","Name":"c"},{"Alias":"c","Name":"d"}]}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b { c: c c: d } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("subscription { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.parse_query("subscription { a }")',
    '{"Operations":[{"Name":"","Operation":"subscription","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("subscription { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.is_valid("", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  ['graphql.parse_query("")', '{}'],
  [
    'graphql.parse("{ zz }", "type Query { a(x: Int): Int }")',
    'eval_builtin_error: graphql.parse: Cannot query field "zz" on type "Query" in GraphQL string at location 1:3',
  ],
  ['graphql.schema_is_valid({"Definitions": []})', 'true'],
  [
    'graphql.parse_query("query Q @d { a }")',
    '{"Operations":[{"Directives":[{"Location":"","Name":"d"}],"Name":"Q","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_query("{ ... { a } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"SelectionSet":[{"Alias":"a","Name":"a"}],"TypeCondition":""}]}]}',
  ],
  [
    'graphql.parse_query("{ ... @x { a } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Directives":[{"Location":"","Name":"x"}],"SelectionSet":[{"Alias":"a","Name":"a"}],"TypeCondition":""}]}]}',
  ],
  [
    'graphql.parse_query("# comment\\n{ a }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_query("{ a # c\\n }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_query("fragment F on T @x { a }")',
    '{"Fragments":[{"Directives":[{"Location":"","Name":"x"}],"Name":"F","SelectionSet":[{"Alias":"a","Name":"a"}],"TypeCondition":"T"}]}',
  ],
  [
    'graphql.parse_query("{ a(x: \\"\\\\u00e9\\\\n\\") }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Arguments":[{"Name":"x","Value":{"ExpectedTypeHasDefault":false,"Kind":3,"Raw":"é\\n"}}],"Name":"a"}]}]}',
  ],
  [
    'graphql.parse_query("{a{b{c}}}")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Name":"a","SelectionSet":[{"Alias":"b","Name":"b","SelectionSet":[{"Alias":"c","Name":"c"}]}]}]}]}',
  ],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
