import { expect, test } from '@jest/globals'

import { documentOf } from '../testing/evaluate.ts'
import type { Budget } from './budget.ts'

function p(rules: string, budget: Budget, input?: unknown): string {
  return documentOf(`package t\n\n${rules}\n`, { budget, input })
}

const exhausted = /^eval_cancel_error: evaluation takes more than/

test.each([
  ['a range of a billion', 'p := count(numbers.range(1, 1000000000))'],
  [
    'a product of sets',
    'p := count([1 | some a in n; some b in n; some c in n; some d in n])\nn := numbers.range(1, 1000)',
  ],
  [
    'an enumeration in a negation',
    'p if not q\nn := numbers.range(1, 5000)\nq if { some a in n; some b in n; a + b < 0 }',
  ],
  ['an expanded network', 'p := count(net.cidr_expand("::/0"))'],
  [
    'a pattern that backtracks elsewhere',
    'p := [1 | some i in numbers.range(1, 1000000); regex.match("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaab"); i > 0]',
  ],
])('%s is stopped by the steps', (_, rules) => {
  expect(p(rules, { steps: 100_000 })).toMatch(exhausted)
})

test('time is limited', () => {
  const rules = 'n := numbers.range(1, 3000)\np := count([1 | some a in n; some b in n; a != b])'

  expect(p(rules, { milliseconds: 20 })).toBe('eval_cancel_error: evaluation takes more than 20 ms')
})

test('memory is limited', () => {
  const rules =
    'a := concat("", [x | some i in numbers.range(1, 1000); x := "0123456789"])\np := [y | some i in numbers.range(1, 1000); y := sprintf("%s%d", [a, i])]'

  expect(p(rules, { bytes: 1_000_000 })).toMatch(exhausted)
})

test('numbers cannot grow beyond the memory', () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `x${i + 1} := x${i} * x${i}`).join('\n')

  expect(p(`x0 := 10\n${doubling}\np := x40 > 0`, { bytes: 1_000_000 })).toMatch(exhausted)
})

test('an exhausted budget is no undefined value', () => {
  expect(p('p if not count(numbers.range(1, 1000000)) == 0', { steps: 1000 })).toMatch(exhausted)
})

test('values that nest without end end the evaluation', () => {
  let input: unknown = 1
  for (let i = 0; i < 50_000; i++) input = [input]

  expect(p('p := input == [1]', {}, input)).toMatch(/^(eval_cancel_error|false)/)
})

test('deep input within reason is fine', () => {
  let input: unknown = 1
  for (let i = 0; i < 1000; i++) input = { a: input }

  expect(p('p := count([1 | walk(input, _)])', {}, input)).toBe('1001')
})
