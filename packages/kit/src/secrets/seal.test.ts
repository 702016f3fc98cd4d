import { randomBytes } from 'node:crypto'

import { test } from '@jest/globals'

import { expect } from '../testing/matchers.ts'
import { keyIdOf, open, seal, sealingKey } from './seal.ts'

const key = sealingKey(randomBytes(32))
const plaintext = Buffer.from('{"password":"hunter2"}')

test('a sealed value opens with its key and its associated data, and hides what it holds', () => {
  const sealed = seal(key, plaintext, 'org-1/backend-1')

  expect(Buffer.from(open([key], sealed, 'org-1/backend-1'))).toEqual(plaintext)
  expect(Buffer.from(sealed).includes('hunter2')).toBe(false)
  expect(seal(key, plaintext, 'org-1/backend-1')).not.toEqual(sealed)
})

test('after a rotation old values still open, and say which key they need', () => {
  const next = sealingKey(randomBytes(32))
  const sealed = seal(key, plaintext, 'a')

  expect(Buffer.from(open([next, key], sealed, 'a'))).toEqual(plaintext)
  expect(keyIdOf(sealed)).toBe(key.id)
})

test('a value moved to another organization, changed in any byte, or cut does not open', async () => {
  const sealed = seal(key, plaintext, 'org-1')

  await expect(() => open([key], sealed, 'org-2')).toFailWith('invalid')
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => open([key], changed, 'org-1')).toThrow()
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(() => open([key], sealed.subarray(0, length), 'org-1')).toThrow()
  }
})

test('without its key a value does not open, and the error names the key', async () => {
  const sealed = seal(key, plaintext, 'a')

  await expect(() => open([sealingKey(randomBytes(32))], sealed, 'a')).toFailWith(
    'unavailable',
    key.id,
  )
})

test('a key of the wrong length is refused', () => {
  expect(() => sealingKey(randomBytes(16))).toThrow('32 bytes')
})

test('an empty value can be sealed', () => {
  expect(open([key], seal(key, new Uint8Array(), 'a'), 'a')).toHaveLength(0)
})
