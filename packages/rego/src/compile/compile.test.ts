import { expect, test } from '@jest/globals'

import { RegoError } from '../errors.ts'
import { compile } from '../policy.ts'

function fault(rules: string): RegoError {
  try {
    compile({ modules: { 'a.rego': `package t\n${rules}\n` } })
  } catch (error) {
    if (error instanceof RegoError) return error
    throw error
  }
  throw new Error('the module compiles')
}

test.each([
  ['p if x == 1', 'rego_unsafe_var_error', 'var x is unsafe', 2, 6],
  ['p if not x', 'rego_unsafe_var_error', 'var x is unsafe', 2, 10],
  ['p if not input.x[_] == 1', 'rego_unsafe_var_error', 'var _ is unsafe', 2, 18],
  ['p := [y | x := 1]', 'rego_unsafe_var_error', 'var y is unsafe', 2, 7],
  ['p contains x', 'rego_unsafe_var_error', 'var x is unsafe', 2, 12],
  [
    'p if q\nq if p',
    'rego_recursion_error',
    'rule data.t.p is recursive: data.t.p -> data.t.q -> data.t.p',
    2,
    1,
  ],
  [
    'f(x) := f(x)',
    'rego_recursion_error',
    'rule data.t.f is recursive: data.t.f -> data.t.f',
    2,
    1,
  ],
  ['p := count(1, 2, 3)', 'rego_type_error', 'count: arity mismatch', 2, 6],
  ['p := nope(1)', 'rego_type_error', 'undefined function nope', 2, 6],
  ['p := chainloop.unknown(1)', 'rego_type_error', 'undefined function chainloop.unknown', 2, 6],
  ['p := "a" + 1', 'rego_type_error', 'plus: invalid argument(s)', 2, 6],
  ['p if 1 == "a"', 'rego_type_error', 'match error: number and string', 2, 6],
  [
    'p if { x := count([]); startswith(x, "a") }',
    'rego_type_error',
    'startswith: invalid argument(s)',
    2,
    24,
  ],
  [
    'p := any([true])',
    'rego_type_error',
    'deprecated built-in function calls in expression: any',
    2,
    6,
  ],
  ['p := 1\np contains 2', 'rego_type_error', 'conflicting rules data.t.p found', 2, 1],
  ['p := 1\np.q := 2', 'rego_type_error', 'rule data.t.p conflicts with [data.t.p.q]', 2, 1],
  [
    'default p := 1\ndefault p := 2',
    'rego_type_error',
    'multiple default rules data.t.p found',
    2,
    1,
  ],
  ['f(x) := 1\nf(x, y) := 2', 'rego_type_error', 'conflicting rules data.t.f found', 2, 1],
  ['p if { x := 1; x := 2 }', 'rego_compile_error', 'var x assigned above', 2, 16],
  ['p if { y; y := 1 }', 'rego_compile_error', 'var y referenced above', 2, 11],
  ['p if { a[0] := 1 }', 'rego_compile_error', 'cannot assign to ref', 2, 8],
  ['p if every x in [1] { true }', 'rego_compile_error', 'declared var x unused', 2, 12],
  ['p if { some x; true }', 'rego_compile_error', 'declared var x unused', 2, 13],
])('%s is refused', (rules, code, reason, row, column) => {
  const error = fault(rules)

  expect({ code: error.code, reason: error.reason }).toEqual({ code, reason })
  expect(error.location).toEqual({ file: 'a.rego', row, column })
})

test('one pass reports everything that it finds', () => {
  const { others } = fault('p if x\nq if y\nr if z')

  expect(others.map(({ reason }) => reason)).toEqual(['var y is unsafe', 'var z is unsafe'])
})

test('a module may use the rules of its package in other files', () => {
  const modules = {
    a: 'package t\np := q',
    b: 'package t\nq := 1',
    c: 'package u\nimport data.t\nr := t.p',
  }
  const [result] = compile({ modules }).evaluateSync({ entrypoint: 'u/r' })

  expect(result?.value).toBe(1)
})
