import { stripVTControlCharacters } from 'node:util'

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

const run = [
  '3ca4459f-e490-4341-9e5d-fecca0eb5df9',
  'initialized',
  new Date('2026-11-23T08:51:16Z'),
] as const
const runs = table(['id', 'status', 'started'], [run, run], { empty: '' })

test('words and ids are not broken: where columns do not fit, their texts are wrapped between words', () => {
  const out = renderView([runs], { ...plain, width: 72 })

  expect(out).toContain(`│ ${run[0]} │ initialized │ 2026-11-23      │`)
  expect(out).toContain('│ 08:51:16 UTC    │')
})

test('where no table fits, the rows are shown one below the other', () => {
  expect(renderView([runs], { ...plain, width: 50 })).toBe(
    [
      `id       ${run[0]}`,
      'status   initialized',
      'started  2026-11-23 08:51:16 UTC',
      '',
      `id       ${run[0]}`,
      'status   initialized',
      'started  2026-11-23 08:51:16 UTC',
      '',
    ].join('\n'),
  )
})

test('a digest that is wider than the terminal is broken, the names are not', () => {
  const out = renderView([record([['digest', `sha256:${'f'.repeat(64)}`]])], {
    ...plain,
    width: 60,
  })

  expect(out).toBe(`digest  sha256:${'f'.repeat(45)}\n        ${'f'.repeat(19)}\n`)
})

test('colours do not count when a heading is wrapped', () => {
  const view = [table(['two words', 'id'], [['x', run[0]]], { empty: '' })]
  const out = renderView(view, { color: true, width: 50 })

  expect(stripVTControlCharacters(out)).toContain('│ two     │ id ')
  expect(out).toContain('\u{1b}[1mtwo\u{1b}[22m')
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
