import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['graphql.schema_is_valid("type Query { a: Int }")', 'true'],
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
  ['graphql.schema_is_valid("input I { a: T } type T { b: Int }")', 'false'],
  ['graphql.schema_is_valid("union U = T type T { a: Int }")', 'true'],
  ['graphql.schema_is_valid("type T { a: Int a: Int }")', 'false'],
  ['graphql.schema_is_valid("type T { a: Int } type T { b: Int }")', 'false'],
  ['graphql.schema_is_valid("enum E { A A }")', 'false'],
  ['graphql.schema_is_valid("type Query { a: Int @foo }")', 'false'],
  ['graphql.schema_is_valid("schema { query: X }")', 'false'],
  ['graphql.schema_is_valid("type Query { __a: Int }")', 'false'],
  ['graphql.schema_is_valid("scalar X")', 'true'],
  ['graphql.schema_is_valid("extend type Q { a: Int }")', 'true'],
  ['graphql.schema_is_valid("extend enum E { A }")', 'true'],
  ['graphql.schema_is_valid("")', 'true'],
  ['graphql.schema_is_valid("type T")', 'false'],
  ['graphql.schema_is_valid("type Query { a: Int! = 5 }")', 'false'],
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
    'graphql.is_valid("{ a(x: 1) b { c } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("{ zz }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("query A { a } query A { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
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
    'graphql.is_valid("{ a(x: \\"s\\") }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("{ b }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("{ a { c } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
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
    'graphql.is_valid("{ b { ... on Query { a } } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
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
    'graphql.is_valid("mutation { x }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("{ a(x: 1, x: 2) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("{ a(y: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("query ($v: Int) { a(x: 1) }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("{ __typename }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  [
    'graphql.is_valid("{ b { c: c c: d } }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("subscription { a }", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'false',
  ],
  [
    'graphql.is_valid("", "type Query { a(x: Int!): Int b: B } type B { c: String } enum E { X Y }")',
    'true',
  ],
  ['graphql.schema_is_valid({"Definitions": []})', 'true'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
