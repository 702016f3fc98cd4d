import { expect, test } from '@jest/globals'

import { allPages } from './all-pages.ts'

test('a list is asked for until there is no further page', async () => {
  const pages: Readonly<Record<string, { items: number[]; nextCursor: string }>> = {
    '': { items: [1, 2], nextCursor: 'a' },
    a: { items: [], nextCursor: 'b' },
    b: { items: [3], nextCursor: '' },
  }
  const asked: string[] = []

  const items = await allPages(
    ({ cursor }) => {
      asked.push(cursor)
      const { items: shown = [], nextCursor = '' } = pages[cursor] ?? {}
      return Promise.resolve({ shown, pagination: { nextCursor } })
    },
    ({ shown }) => shown,
  )

  expect(items).toEqual([1, 2, 3])
  expect(asked).toEqual(['', 'a', 'b'])
})

test('an older server, which knows no pages, is asked once', async () => {
  expect(
    await allPages(
      () => Promise.resolve({ shown: [1], pagination: undefined }),
      ({ shown }) => shown,
    ),
  ).toEqual([1])
})
