import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  [
    'yaml.marshal({"a": [1, {"b": "x y"}], "c": null, "d": true, "e": "true", "f": ""})',
    '"a:\\n  - 1\\n  - b: x y\\nc: null\\nd: true\\ne: \\"true\\"\\nf: \\"\\"\\n"',
  ],
  [
    'yaml.unmarshal("a: 1\\nb: [x, y]\\nc:\\n  - d: 2024-01-01\\n")',
    '{"a":1,"b":["x","y"],"c":[{"d":"2024-01-01"}]}',
  ],
  [
    'yaml.unmarshal("a: yes\\nb: 0o17\\nc: 1e3\\nd: ~\\ne: \'x\'")',
    '{"a":"yes","b":15,"c":1000,"d":null,"e":"x"}',
  ],
  ['yaml.is_valid("a: [")', 'false'],
  ['base64.encode("héllo")', '"aMOpbGxv"'],
  ['base64.decode("aGk=")', '"hi"'],
  ['base64.is_valid("aGk")', 'false'],
  ['base64url.encode("??>>")', '"Pz8-Pg=="'],
  ['base64url.encode_no_pad("a")', '"YQ"'],
  ['base64url.decode("Pz8-Pg")', '"??>>"'],
  ['base64url.decode("Pz8-Pg==")', '"??>>"'],
  ['hex.encode("hi!")', '"686921"'],
  ['hex.decode("6869")', '"hi"'],
  [
    'base64.decode("sha256")',
    'eval_builtin_error: base64.decode: illegal base64 data at input byte 4',
  ],
  [
    'base64url.decode("12abc")',
    'eval_builtin_error: base64url.decode: illegal base64url string: 12abc',
  ],
  [
    'yaml.marshal(["**.c", "-12", "yes", "a b"])',
    '"- \'**.c\'\\n- \\"-12\\"\\n- \\"yes\\"\\n- a b\\n"',
  ],
  [
    'urlquery.encode_object({"a": true})',
    'eval_type_error: urlquery.encode_object: operand 1 values must be string, array[string], or set[string]',
  ],
  ['hex.decode("686")', 'eval_builtin_error: hex.decode: encoding/hex: odd length hex string'],
  [`urlquery.encode("a b&c=d/é*'()~!")`, '"a+b%26c%3Dd%2F%C3%A9%2A%27%28%29~%21"'],
  ['urlquery.decode("a+b%26c")', '"a b&c"'],
  ['urlquery.decode("%zz")', 'eval_builtin_error: urlquery.decode: invalid URL escape "%zz"'],
  ['urlquery.encode_object({"a": "b c", "d": ["e", "f"], "g": {"h"}})', '"a=b+c&d=e&d=f&g=h"'],
  ['urlquery.decode_object("a=1&b=2&a=3&c")', '{"a":["1","3"],"b":["2"],"c":[""]}'],
  [
    'uri.parse("https://user:pw@example.com:8080/a%20b?x=1#frag")',
    '{"fragment":"frag","hostname":"example.com","path":"/a b","port":"8080","raw_path":"/a b","raw_query":"x=1","scheme":"https"}',
  ],
  ['uri.parse("mailto:a@b.c")', '{"scheme":"mailto"}'],
  ['uri.parse("/rel/path")', '{"path":"/rel/path","raw_path":"/rel/path"}'],
  [
    'uri.parse("http://[::1]:80/")',
    '{"hostname":"::1","path":"/","port":"80","raw_path":"/","scheme":"http"}',
  ],
  ['uri.is_valid("http://a b")', 'false'],
  ['uri.is_valid("")', 'false'],
  ['uri.parse("")', '{}'],
  ['base64.decode("!!")', 'eval_builtin_error: base64.decode: illegal base64 data at input byte 0'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
