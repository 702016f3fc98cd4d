import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  [
    'graphql.parse_schema("type Query { a: Int }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  [
    'graphql.parse_schema("type Query { a: Foo }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Foo","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  [
    'graphql.parse_schema("enum E { A A }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","EnumValues":[{"Description":"","Name":"A"},{"Description":"","Name":"A"}],"Kind":"ENUM","Name":"E"}]}',
  ],
  [
    'graphql.parse_schema("schema { query: X }")',
    '{"Schema":[{"Description":"","OperationTypes":[{"Operation":"query","Type":"X"}]}]}',
  ],
  [
    'graphql.parse_schema("type Query { __a: Int }")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"__a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Query"}]}',
  ],
  [
    'graphql.parse_schema("scalar X")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Kind":"SCALAR","Name":"X"}]}',
  ],
  [
    'graphql.parse_schema("extend type Q { a: Int }")',
    '{"Extensions":[{"BuiltIn":false,"Description":"","Fields":[{"Description":"","Name":"a","Type":{"NamedType":"Int","NonNull":false}}],"Kind":"OBJECT","Name":"Q"}]}',
  ],
  [
    'graphql.parse_schema("extend enum E { A }")',
    '{"Extensions":[{"BuiltIn":false,"Description":"","EnumValues":[{"Description":"","Name":"A"}],"Kind":"ENUM","Name":"E"}]}',
  ],
  ['graphql.parse_schema("")', '{}'],
  [
    'graphql.parse_schema("type T")',
    '{"Definitions":[{"BuiltIn":false,"Description":"","Kind":"OBJECT","Name":"T"}]}',
  ],
  [
    'graphql.parse_schema("type Query { a: Int! = 5 }")',
    'eval_builtin_error: graphql.parse_schema: Expected Name, found = in GraphQL string at location 1:22',
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
    'graphql.parse_query("{ zz }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"zz","Name":"zz"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ zz }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_and_verify("query ($v: String!) { a(x: $v) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_query("{ b }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b"}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_and_verify("fragment F on B { c } { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_query("{ b { c @foo } }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"b","Name":"b","SelectionSet":[{"Alias":"c","Directives":[{"Location":"","Name":"foo"}],"Name":"c"}]}]}]}',
  ],
  [
    'graphql.parse_and_verify("{ b { c @foo } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_and_verify("{ a(x: 1, x: 2) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
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
    'graphql.parse_and_verify("query ($v: Int) { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  [
    'graphql.parse_query("{ __typename }")',
    '{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"__typename","Name":"__typename"}]}]}',
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
    'graphql.parse_query("subscription { a }")',
    '{"Operations":[{"Name":"","Operation":"subscription","SelectionSet":[{"Alias":"a","Name":"a"}]}]}',
  ],
  [
    'graphql.parse_and_verify("subscription { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    '[false,{},{}]',
  ],
  ['graphql.parse_query("")', '{}'],
  [
    'graphql.parse("{ zz }", "type Query { a(x: Int): Int }")',
    'eval_builtin_error: graphql.parse: Cannot query field "zz" on type "Query" in GraphQL string at location 1:3',
  ],
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
