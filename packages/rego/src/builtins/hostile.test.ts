import { expect, test } from '@jest/globals'

import { documentOf, valueOf } from '../testing/evaluate.ts'

test.each([
  ['json.patch({}, [{"op": "constructor", "path": "a", "value": 1}])', 'eval_builtin_error'],
  ['strings.render_template("{{constructor .}}", {})', 'eval_builtin_error'],
  ['io.jwt.verify_rs256("a.b.c", "{\\"kty\\": \\"constructor\\"}")', 'eval_builtin_error'],
  ['time.parse_ns("constructor", "x")', 'eval_builtin_error'],
  ['regex.replace("a", "a", "${constructor}")', '""'],
  ['json.verify_schema({"constructor": 1})', '[true,null]'],
  ['graphql.schema_is_valid({"Definitions": [{"Kind": "constructor", "Name": "X"}]})', 'false'],
  ['json.unmarshal("{\\"__proto__\\": {\\"x\\": 1}}").x', 'undefined'],
  ['object.get(json.unmarshal("{}"), "constructor", 0)', '0'],
  ['yaml.unmarshal("[0755, 1_000, 10, 0o17, 1.5]")', '[493,1000,10,15,1.5]'],
  ['yaml.unmarshal("a: &a [x]\\nb: [*a, *a]")', '{"a":["x"],"b":[["x"],["x"]]}'],
  ['sprintf("%999999999d", [1]) == ""', 'false'],
  ['units.parse("1e999999999")', 'eval_builtin_error'],
  ['to_number("1e999999999")', 'eval_builtin_error'],
  ['bits.lsh(1, 9999999999)', 'eval_builtin_error'],
  ['net.cidr_is_valid("::ffff:1.2.3.4/96")', 'true'],
  ['base64.decode("\\u0000")', 'eval_builtin_error'],
  ['semver.is_valid("99999999999999999999.0.0")', 'true'],
  ['uri.is_valid("http://[::1")', 'false'],
])('%s ends in %s', (expression, expected) => {
  expect(valueOf(expression).slice(0, expected.length)).toBe(expected)
})

test('aliases that multiply are refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'.split('').map((name, i) => {
    const before = 'abcdefgh'[i]
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`
  })].join('\n') // prettier-ignore
  const module = 'package t\n\np := yaml.unmarshal(input)\n'

  expect(documentOf(module, { input: bomb, strictBuiltinErrors: true })).toMatch(
    /^eval_builtin_error/,
  )
})

test('patterns match in linear time', () => {
  const module = 'package t\n\np := regex.match("^(a+)+$", input)\n'
  const started = performance.now()

  expect(documentOf(module, { input: `${'a'.repeat(50_000)}b` })).toBe('false')
  expect(performance.now() - started).toBeLessThan(5000)
})

test('globs match in linear time', () => {
  const module = 'package t\n\np := glob.match("*a*a*a*a*a*a*a*b", [], input)\n'

  expect(documentOf(module, { input: 'a'.repeat(20_000) })).toBe('false')
})

test('lone surrogates do no harm', () => {
  const module =
    'package t\n\np := [upper(input), count(input), urlquery.encode(input), base64.encode(input)]\n'

  expect(documentOf(module, { input: '\ud800' })).toMatch(/^\[/)
})
