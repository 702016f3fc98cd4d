import { expect, test } from '@jest/globals'

import { openRegoRepl } from './rego-repl.ts'

const script = {
  file: 'p.rego',
  text: `package main.inner

import rego.v1

violations contains msg if {
	some c in input.components
	banned(c)
	msg := sprintf("%s is banned", [c.name])
}

banned(c) if c.name == input.args.name
`,
}

function open() {
  const repl = openRegoRepl(script, { name: 'a' })
  repl.see('{"components": [{"name": "a"}, {"name": "b"}]}')
  return repl
}

test.each([
  ['violations', '["a is banned"]'],
  ['count(violations)', '1'],
  ['input.components[_].name', '"a"\n"b"'],
  ['1 == 2', 'false'],
  ['input.nothing', 'undefined'],
  ['result.skipped', 'false'],
  ['banned({"name": "a"})', 'true'],
  ['some i, c in input.components; c.name == "b"', '{"c":{"name":"b"},"i":1}'],
  ['x := input.args.name', '{"x":"a"}'],
  ['not input.nothing', 'true'],
  ['count(', expect.stringMatching(/^rego_parse_error: /)],
  ['nobody(1)', expect.stringMatching(/^rego_type_error: undefined function nobody/)],
])('%s', (question, answer) => {
  expect(open().ask(question)).toEqual(answer)
})

test('an input that is not JSON is refused, and the old one stays', () => {
  const repl = open()

  expect(() => repl.see('{')).toThrow('unexpected EOF')
  expect(repl.ask('count(input.components)')).toBe('2')
})

test('a question cannot run for ever', () => {
  expect(
    open().ask('x := numbers.range(1, 100000); count([1 | some a in x; some b in x; a < b])'),
  ).toMatch(/^eval_cancel_error/)
})
