import { expect, test } from '@jest/globals'

import { redact } from './redact.ts'

test('a secret does not show in any of the spellings that targets echo', () => {
  const secret = 'p@ss word'
  const text = `${secret} ${encodeURIComponent(secret)} ${Buffer.from(secret).toString('base64')}`

  expect(redact(text, [secret])).toBe('[redacted] [redacted] [redacted]')
})

test('a secret that contains another one is hidden as a whole', () => {
  expect(redact('token abcdef', ['abcd', 'abcdef'])).toBe('token [redacted]')
})

test('a long text is cut', () => {
  expect(redact('a'.repeat(5000), [])).toHaveLength(1001)
})
