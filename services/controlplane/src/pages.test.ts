import { expect, test } from '@jest/globals'

import { cursorPage, cutPage, pageWithin } from './pages.ts'

const rows = Array.from({ length: 5 }, (_, at) => ({
  createdAt: new Date(Date.UTC(2026, 0, 1 + Math.floor(at / 2))),
  id: `00000000-0000-4000-8000-00000000000${at}`,
}))

test('a list that is read whole is cut like one that is not', () => {
  const seen: string[] = []
  let cursor = ''
  do {
    const { items, nextCursor } = pageWithin(rows, cursorPage({ cursor, limit: 2 }))
    seen.push(...items.map(({ id }) => id))
    cursor = nextCursor
  } while (cursor !== '')

  expect(seen).toEqual(rows.map(({ id }) => id))
})

test('a page that is just full is the last one', () => {
  expect(cutPage(rows, cursorPage({ cursor: '', limit: 5 })).nextCursor).toBe('')
  expect(cutPage(rows, cursorPage({ cursor: '', limit: 4 })).nextCursor).not.toBe('')
})

test.each(['x', 'WyJhIiwiYiJd', 'W'.repeat(400), "'; drop table runs; --"])(
  'a cursor that no list gave out is refused: %s',
  (cursor) => {
    expect(() => cursorPage({ cursor, limit: 1 })).toThrow(/cursor/)
  },
)
