import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { splitDocuments } from './split-documents.ts'

const split = (text: string) =>
  splitDocuments(Buffer.from(text)).map(({ line, bytes }) => [line, Buffer.from(bytes).toString()])

test('one document is left as it is', () => {
  for (const text of ['a: 1\n', '---\na: 1\n...\n', '# c\n\n---\na: 1', '{"a": "---"}', '']) {
    expect(split(text)).toEqual([[1, text]])
  }
})

test('each document keeps its bytes: comments, line ends, markers', () => {
  expect(split('# one\r\na: 1\r\n---\r\n# two\nb: |\n  --- no\n---\nc: 3\n')).toEqual([
    [1, '# one\r\na: 1\r\n'],
    [3, '---\r\n# two\nb: |\n  --- no\n'],
    [7, '---\nc: 3\n'],
  ])
})

test('a document ends with ... and the next may begin without ---', () => {
  expect(split('a: 1\n...\n# two\nb: 2\n... # end\n%YAML 1.2\n---\nc: 3\n...\n')).toEqual([
    [1, 'a: 1\n...\n'],
    [3, '# two\nb: 2\n... # end\n'],
    [6, '%YAML 1.2\n---\nc: 3\n...\n'],
  ])
})

test.each(['---\n', '#\n', '...\n', '- ', ' ', '%', '\n', '-'])(
  'a megabyte of %j is split in a short time',
  (piece) => {
    const started = performance.now()

    split(piece.repeat((1 << 20) / piece.length))
    expect(performance.now() - started).toBeLessThan(5000)
  },
)

test('empty documents are left out', () => {
  expect(split('---\n---\na: 1\n---\n# nothing\n---\n')).toEqual([[2, '---\na: 1\n']])
})

test('what is not UTF-8 is left to whoever judges it', () => {
  const bytes = Buffer.of(0xff, 0xfe, 0x0a, 0x2d)

  expect(splitDocuments(bytes)).toEqual([{ line: 1, bytes }])
})

test('documents that are put together come apart again', () => {
  const document = fc
    .stringMatching(/^[a-z]{1,5}: [a-z0-9]{1,8}(\n# [a-z -]{0,9})?$/)
    .map((text) => `${text}\n`)
  fc.assert(
    fc.property(fc.array(document, { minLength: 2, maxLength: 5 }), (documents) => {
      const joined = documents.map((text) => `---\n${text}`)
      expect(split(joined.join('')).map(([, text]) => text)).toEqual(joined)
    }),
  )
})
