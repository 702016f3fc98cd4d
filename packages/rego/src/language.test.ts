import { expect, test } from '@jest/globals'

import { documentOf } from './testing/evaluate.ts'

function p(rules: string, input?: unknown): string {
  return documentOf(`package t\n\n${rules}\n`, { input })
}

test.each([
  ['a rule without a value is true', 'p if 1 < 2', 'true'],
  ['a body that fails leaves a rule undefined', 'p if 1 > 2', 'undefined'],
  ['false fails a body', 'p if { q }\nq := false', 'undefined'],
  ['null, zero and empty collections do not fail a body', 'p if { null; 0; ""; []; {} }', 'true'],
  ['a default holds when no rule does', 'default p := 7\np := 8 if input.x', '7'],
  ['else is tried in order', 'p := 1 if false else := 2 if false else := 3', '3'],
  ['equal values of several rules agree', 'p := 1 if true\np := 1 if 1 == 1', '1'],
  [
    'a partial set has each member once, in order',
    'p contains x if some x in [3, 1, 3, 2]',
    '[1,2,3]',
  ],
  [
    'a partial object merges its rules',
    'p[k] := v if some k, v in {"a": 1}\np.b := 2',
    '{"a":1,"b":2}',
  ],
  [
    'a path in a head makes nested objects',
    'p.a.b := 1\np.a.c contains 2',
    '{"a":{"b":1,"c":[2]}}',
  ],
  [
    'a function may have several clauses',
    'f(1) := "one"\nf(x) := "many" if x > 1\np := [f(1), f(5)]',
    '["one","many"]',
  ],
  ['a function takes patterns', 'f([x, {"y": y}]) := x + y\np := f([1, {"y": 2}])', '3'],
  [
    'a function may have a default',
    'default f(_) := 0\nf(x) := x if x > 1\np := [f(1), f(2)]',
    '[0,2]',
  ],
  ['an undefined function result is not false', 'f(x) if x == 1\np if not f(2)', 'true'],
  ['unbound indexes enumerate', 'p := [[i, x] | x := ["a", "b"][i]]', '[[0,"a"],[1,"b"]]'],
  ['sets are indexed by their members', 'p := [x | {"a", "b"}[x]]', '["a","b"]'],
  ['an index beyond the end is undefined', 'p if not [1, 2][2]', 'true'],
  [
    'a comparison of both sides binds variables',
    'p := [x, y] if [x, 1, {"k": y}] = [0, 1, {"k": 2}]',
    '[0,2]',
  ],
  ['literals may stand in any order', 'p := y if { y = x + 1; x = 1 }', '2'],
  ['local names shadow rules', 'x := 1\np := x if { x := 2 }', '2'],
  ['some declares a name of its own', 'x := 5\np := [x | some x in [1, 2]]', '[1,2]'],
  ['every holds for nothing', 'p if every x in [] { x == 1 }', 'true'],
  ['every fails with one element', 'p if every x in [1, 2] { x == 1 }', 'undefined'],
  ['every fails for what cannot be iterated', 'p if every x in 5 { x == 5 }', 'undefined'],
  [
    'comprehensions see what is around them',
    'p := [y | some x in [1, 2]; y := [x, z]] if z := 9',
    '[[1,9],[2,9]]',
  ],
  ['membership may ask for the key', 'p if { "a", 1 in {"a": 1}; 0, "b" in ["b"] }', 'true'],
  [
    'with replaces the input for one literal',
    'p := [a, b] if { a := q with input as {"x": 1}; b := q }\nq := object.get(input, "x", 0)',
    'undefined',
  ],
  ['with replaces what rules define', 'q := 1\np := x if x := q with data.t.q as 2', '2'],
  ['with replaces built-in functions', 'p := x if x := count([1]) with count as 42', '42'],
  [
    'with replaces functions by functions',
    'f(x) := x\ng(x) := x * 10\np := x if x := f(2) with f as g',
    '20',
  ],
  [
    'integers are exact',
    'p := 9007199254740993 * 10000000000000000000000',
    '90071992547409930000000000000000000000',
  ],
  ['tenths add up', 'p if 0.1 + 0.2 == 0.3', 'true'],
  [
    'one is one however it is written',
    'p if { 1 == 1.0; 1e2 == 100; count({1, 1.0}) == 1 }',
    'true',
  ],
  ['raw strings keep backslashes', 'p := `a\\n`', '"a\\\\n"'],
  [
    'template strings embed expressions',
    'p := $"{1 + 1}-{input.nothing}-\\{x}"',
    '"2-<undefined>-{x}"',
  ],
  ['words of the language are names behind a dot', 'in.some := 1\np := data.t.in.some', '1'],
  [
    'walk yields every value with its path',
    'p := [path | walk({"a": [1]}, [path, 1])]',
    '[["a",0]]',
  ],
  ['set operators follow their precedence', 'p := {1, 2, 3} - {1} & {2} | {9}', '[2,9]'],
])('%s', (_, rules, expected) => {
  expect(p(rules)).toBe(expected)
})

test('two values for one rule are a conflict', () => {
  expect(p('p := 1\np := 2')).toMatch(/^eval_conflict_error: complete rules must not produce/)
})

test('two values for one key are a conflict', () => {
  expect(p('p[k] := v if { some k in ["a"]; some v in [1, 2] }')).toBe(
    'eval_conflict_error: object keys must be unique',
  )
})

test('two results of a function are a conflict', () => {
  expect(p('f(_) := 1\nf(_) := 2\np := f(0)')).toMatch(/^eval_conflict_error: functions must not/)
})

test('a negation outside of a call does not cover its arguments', () => {
  const rules = 'p if not startswith(lower(input.missing), "a")'

  expect(p(rules, {})).toBe('undefined')
  expect(p('p if not input.missing == 1', {})).toBe('true')
})

test('base documents and rules share a tree', () => {
  const module = 'package t\n\np := data.t\n\nq := 1\n'

  expect(
    documentOf(module.replace('p := data.t\n', 'p := data.u\n'), { data: { u: { x: 1 } } }),
  ).toBe('{"x":1}')
  expect(documentOf(module, {})).toMatch(/^rego_recursion_error/)
})

test('annotations are known to the rule that asks', () => {
  const module =
    '# METADATA\n# title: T\n# custom:\n#   a: 1\npackage t\n\n# METADATA\n# title: P\np := x if x := rego.metadata.rule()\n'

  expect(documentOf(module)).toBe('{"scope":"rule","title":"P"}')
})
