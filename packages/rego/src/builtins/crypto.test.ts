import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['crypto.sha1("a")', '"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"'],
  [
    'crypto.hmac.sha256("a", "b")',
    '"cb448b440c42ac8ad084fc8a8795c98f5b7802359c305eabd57ecdb20e248896"',
  ],
  ['crypto.md5("")', '"d41d8cd98f00b204e9800998ecf8427e"'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
