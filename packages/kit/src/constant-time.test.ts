import { expect, test } from '@jest/globals'

import { equalInConstantTime } from './constant-time.ts'

test('equal means equal, whatever the lengths', () => {
  expect(equalInConstantTime('secret', 'secret')).toBe(true)
  expect(equalInConstantTime('secret', 'secreT')).toBe(false)
  expect(equalInConstantTime('secret', 'secret ')).toBe(false)
  expect(equalInConstantTime('', '')).toBe(true)
  expect(equalInConstantTime('', 'x')).toBe(false)
})
