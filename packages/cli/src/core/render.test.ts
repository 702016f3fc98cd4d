import { expect, test } from '@jest/globals'

import { renderView } from './render.ts'
import { record, table, text } from './view.ts'

const plain = { width: undefined, color: false }
const rows = [['sha256:'.padEnd(71, 'f'), 'a long description of what this is about'.repeat(2)]]
const wide = table(['digest', 'description'], rows, { empty: 'nothing' })

test('where nobody looks at a terminal nothing is wrapped', () => {
  expect(renderView([wide], plain)).toContain(rows[0]?.join(' │ '))
})

test.each([40, 60, 80, 120])('a table fits a terminal of %i columns', (width) => {
  const lines = renderView([wide], { ...plain, width })
    .trimEnd()
    .split('\n')

  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
})

test('an id stays in one piece as long as other columns can give up room', () => {
  const id = '3ca4459f-e490-4341-9e5d-fecca0eb5df9'
  const view = [
    table(['id', 'what'], [[id, 'many words that can be wrapped anywhere']], { empty: '' }),
  ]

  expect(renderView(view, { ...plain, width: 60 })).toContain(id)
})

test('an empty table says so in words', () => {
  expect(renderView([table(['a'], [], { empty: 'there are no runs yet' })], plain)).toBe(
    'there are no runs yet\n',
  )
})

test('what has no value is left out of a record', () => {
  const out = renderView(
    [
      record([
        ['name', 'x'],
        ['reason', ''],
        ['when', undefined],
        ['ok', false],
      ]),
    ],
    plain,
  )

  expect(out).toContain('│ name │ x  │')
  expect(out).toContain('│ ok   │ no │')
  expect(out).not.toContain('reason')
})

test('control characters of others do not reach the terminal', () => {
  const out = renderView([record([['name', 'x\u{1b}[31mred\u{7}']])], plain)

  expect(out).not.toContain('\u{1b}')
  expect(out).not.toContain('\u{7}')
})

test('without colours there are no escapes, with colours there are', () => {
  const view = [text('t'), wide]

  expect(renderView(view, plain)).not.toContain('\u{1b}')
  expect(renderView(view, { ...plain, color: true })).toContain('\u{1b}[')
})
