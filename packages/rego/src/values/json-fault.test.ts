import { expect, test } from '@jest/globals'

import { parseJson } from './parse-json.ts'

// What Open Policy Agent 1.22 says of each text.
test.each([
  ['', 'EOF'],
  ['{', 'unexpected EOF'],
  ['{"a":1,', 'unexpected EOF'],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{1:2}', "invalid character '1' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1]]', "invalid character ']' looking for beginning of value"],
  ['{} {}', "invalid character '{' after top-level value"],
  ['tru', 'unexpected EOF'],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"abc', 'unexpected EOF'],
  ['"a\\q"', "invalid character 'q' in string escape code"],
  ['"\\u12"', "invalid character '\"' in \\u hexadecimal character escape"],
  ['-', 'unexpected EOF'],
  ['abc', "invalid character 'a' looking for beginning of value"],
])('%j: %s', (text, fault) => {
  expect(() => parseJson(text)).toThrow(`eval_type_error: ${fault}, in JSON at offset`)
})
