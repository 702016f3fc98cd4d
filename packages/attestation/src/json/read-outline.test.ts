import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { InvalidJson, parseJsonText } from './parse-json.ts'
import { readOutline } from './read-outline.ts'
import type { OutlineItem } from './read-outline.ts'

async function outlineOf(
  text: string,
  size = 7,
): Promise<{ text: string; items: OutlineItem[]; placeOf: (cause: InvalidJson) => number[] }> {
  const items: OutlineItem[] = []
  async function* chunks(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
  }
  const outline = await readOutline(chunks(), {
    list: ['runs', '*', 'results'],
    visit: (item) => items.push(item),
    onLength: () => {},
  })
  const placeOf = (cause: InvalidJson): number[] => {
    const { line, column } = outline.locate(cause)
    return [line, column]
  }
  return { text: outline.text, items, placeOf }
}

test('the items of a list are taken out, wherever the text is cut', async () => {
  const text = '{"a":[1],"runs":[{},{"x":{"results":[3]},"results":[ 1,{"b":"],"},[2] ],"z":1}]}'

  for (const size of [1, 2, 3, 100]) {
    const { text: rest, items } = await outlineOf(text, size)
    expect(rest).toBe('{"a":[1],"runs":[{},{"x":{"results":[3]},"results":[],"z":1}]}')
    expect(items.map((item) => [item.text.trim(), item.indices])).toEqual([
      ['1', [1, 0]],
      ['{"b":"],"}', [1, 1]],
      ['[2]', [1, 2]],
    ])
  }
})

test('items and outline together say what the document says', async () => {
  const run = fc.record({ results: fc.array(fc.jsonValue()), tool: fc.jsonValue() })
  const document = fc.record({ runs: fc.array(run), other: fc.jsonValue() })
  await fc.assert(
    fc.asyncProperty(
      document.filter((value) => !JSON.stringify(value).includes('__proto__')),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(0, 2),
      async (value, size, indent) => {
        const { text, items } = await outlineOf(JSON.stringify(value, null, indent), size)
        const emptied = { ...value, runs: value.runs.map((one) => ({ ...one, results: [] })) }

        expect(parseJsonText(text)).toEqual(JSON.parse(JSON.stringify(emptied)))
        expect(items.map((item) => parseJsonText(item.text))).toEqual(
          JSON.parse(JSON.stringify(value.runs.flatMap(({ results }) => results))),
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('what is nested too deeply is refused before it is read to its end', async () => {
  await expect(outlineOf('{"a":'.repeat(1000))).rejects.toThrow(
    'line 1, column 1281: nested deeper than 256 levels',
  )
})

test('a place in the outline is one in the document', async () => {
  const { text, placeOf } = await outlineOf(
    '{"runs":[{"results":[1,\n\n2]}, {"results":[3,\n4], "a":}]}',
  )
  const places: number[][] = []
  try {
    parseJsonText(text)
  } catch (cause) {
    if (cause instanceof InvalidJson) places.push(placeOf(cause))
  }

  expect(places).toEqual([[4, 9]])
})
