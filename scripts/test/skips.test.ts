import { expect, test } from '@jest/globals'

import { judgeSkips } from './skips.ts'

const expected = [
  { file: 'a/one.test.ts', unlessSet: 'TEST_DATABASE_URL', reason: 'no PostgreSQL' },
  { file: 'b/', title: 'real files', unlessSet: 'CHAINLOOP_TESTDATA', reason: 'no test data' },
  { file: 'c/', unlessInstalled: 'redis-server', reason: 'no Redis' },
]

const reasonOf = (
  file: string,
  title: string,
  env: Record<string, string> = {},
): string | undefined =>
  judgeSkips([{ file, title }], expected, { env, isInstalled: (name) => name in env })[0]?.reason

test('a listed skip has its reason', () => {
  expect(reasonOf('a/one.test.ts', 'two writers')).toBe('no PostgreSQL')
  expect(reasonOf('b/deep/x.test.ts', 'real files of syft')).toBe('no test data')
})

test('a skip of another file or title is not expected', () => {
  expect(reasonOf('a/two.test.ts', 'two writers')).toBeUndefined()
  expect(reasonOf('b/deep/x.test.ts', 'something else')).toBeUndefined()
  expect(reasonOf('bb/x.test.ts', 'real files')).toBeUndefined()
})

test('a skip is not expected when what it waits for is there', () => {
  expect(
    reasonOf('a/one.test.ts', 'two writers', { TEST_DATABASE_URL: 'postgresql://x' }),
  ).toBeUndefined()
  expect(reasonOf('a/one.test.ts', 'two writers', { TEST_DATABASE_URL: '' })).toBe('no PostgreSQL')
})

test('a skip may wait for a program', () => {
  expect(reasonOf('c/x.test.ts', 'any')).toBe('no Redis')
  expect(reasonOf('c/x.test.ts', 'any', { 'redis-server': '/usr/bin' })).toBeUndefined()
})
