import { expect, test } from '@jest/globals'

import { lint, lintRules } from './lint.ts'

const found = (body: string, file = 'p.rego'): string[] =>
  lint({ file, text: `package p\n\n${body}\n` }).map(
    ({ rule, location }) => `${rule}:${location.row}`,
  )

test.each([
  ['bugs/constant-condition:4', 'x if {\n  1 == 1\n}'],
  ['bugs/rule-shadows-builtin:3', 'count := 1'],
  ['bugs/deprecated-builtin:3', 'x if re_match("a", input.a)'],
  ['bugs/inconsistent-args:4', 'f(a) := 1 if a > 0\nf(b) := 2 if b < 0'],
  ['bugs/duplicate-rule:4', 'x if input.a\nx if input.a # again'],
  ['bugs/not-equals-in-loop:3', 'x if input.list[_] != "a"'],
  ['bugs/sprintf-arguments-mismatch:3', 'x := sprintf("%s and %s", [input.a])'],
  ['bugs/redundant-existence-check:4', 'x if {\n  input.a\n  input.a == 1\n}'],
  ['bugs/unassigned-return-value:3', 'x if lower(input.a)'],
  ['bugs/time-now-ns-twice:3', 'x if time.now_ns() - time.now_ns() == 0'],
  ['idiomatic/non-raw-regex-pattern:3', 'x if regex.match("\\\\d+", input.a)'],
  ['idiomatic/use-in-operator:3', 'x if input.list[_] == "a"'],
  ['idiomatic/boolean-assignment:3', 'x := true if input.a'],
  ['imports/unresolved-import:3', 'import data.other\n\nx := other.y'],
  ['imports/avoid-importing-input:3', 'import input.a\n\nx := a'],
  ['imports/redundant-alias:3', 'import input.a as a\n\nx := a'],
  ['performance/with-outside-test-context:4', 'y if input.a\nx if y with input as {"a": 1}'],
  ['testing/print-or-trace-call:3', 'x if print(input)'],
  ['testing/todo-test:3', 'todo_test_x if input.a'],
  ['testing/identically-named-tests:4', 'test_x if input.a\ntest_x if input.b'],
  ['testing/file-missing-test-suffix:3', 'test_x if input.a'],
  ['style/prefer-snake-case:3', 'tooMany if input.a'],
  ['style/use-assignment-operator:3', 'x = 1'],
  ['style/yoda-condition:3', 'x if 1 < input.a'],
  ['style/double-negative:4', 'no_x if input.a\nx if not no_x'],
  ['style/no-whitespace-comment:3', '#comment\nx if input.a'],
  ['style/trailing-whitespace:3', 'x if input.a  '],
  ['style/unconditional-assignment:3', 'x := y if y := input.a'],
  ['style/avoid-get-and-list-prefix:3', 'get_x(a) := a.x'],
])('%s', (expected, body) => {
  expect(found(body)).toContain(expected)
})

test('every rule has an example above', () => {
  const named = [...lintRules].toSorted()

  expect(new Set(named).size).toBe(named.length)
  expect(named).toHaveLength(29)
})

test('what is well written is left alone', () => {
  expect(
    found(`import rego.v1

# Messages about what is wrong.
violations contains msg if {
	some component in input.components
	not component.version
	msg := sprintf("%s has no version", [component.name])
}

default level := "low"

level := "high" if count(violations) > 10

is_library(component) if component.type == "library"
`),
  ).toEqual([])
})

test('a comment above or behind keeps a rule silent', () => {
  expect(found('# regal ignore:prefer-snake-case\ntooMany if input.a')).toEqual([])
  expect(found('x = 1 # regal ignore: use-assignment-operator')).toEqual([])
  expect(found('# regal ignore:line-length\nx = 1')).toHaveLength(1)
})

test('tests may say "with", and be tests', () => {
  expect(found('x if input.a\ntest_x if x with input as {"a": 1}', 'p_test.rego')).toEqual([])
})
