import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { readJsonList } from './read-json-list.ts'

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
const read = async (text: string, size = 5): Promise<unknown[]> =>
  Array.fromAsync(readJsonList(pieces(text, size)))

test('a list is read item by item wherever its text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue()),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (items, size, pretty) => {
        fc.pre(!JSON.stringify(items).includes('__proto__'))
        const text = JSON.stringify(items, undefined, pretty ? 2 : 0)
        expect(await read(text, size)).toEqual(JSON.parse(text))
      },
    ),
  )
})

test('JSON lines are read value by value', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.integer({ min: 1, max: 9 }),
      async (items, size) => {
        fc.pre(!JSON.stringify(items).includes('__proto__'))
        const text = items.map((item) => `${JSON.stringify(item)}\n\n`).join('')
        expect(await read(text, size)).toEqual(JSON.parse(JSON.stringify(items)))
      },
    ),
  )
})

test.each([
  ['', []],
  [' [ ] ', []],
  ['[\n]\n', []],
])('%j has no items', async (text, items) => {
  expect(await read(text)).toEqual(items)
})

test.each([
  ['[1,]', 'line 1, column 4: expected a value'],
  ['[,1]', 'line 1, column 2: expected a value'],
  ['[1 2]', 'line 1, column 4: unexpected "2"'],
  ['[\n {"a": 1},\n {"a": x}]', 'line 3, column 8: expected a value'],
  ['[{"a": 1, "a": 2}]', 'line 1, column 11: duplicate key'],
  ['[1', 'line 1, column 2: the document ends inside the list'],
  ['["a', 'the document ends inside the list'],
  ['[1] 2', 'line 1, column 4: something follows the list'],
  ['{"a": 1}\n{"a": }', 'line 2, column 7: expected a value'],
])('%j is refused: %s', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message)
})
