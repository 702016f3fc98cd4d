import { expect, test } from '@jest/globals'

import { groups } from '../commands/groups.ts'
import { commands } from '../commands/index.ts'
import { chainloop } from '../testing/memory-io.test.fixture.ts'

const lines = [
  [],
  ...Object.keys(groups).map((name) => name.split(' ')),
  ...commands.map(({ name }) => name.split(' ')),
]

test.each(lines.map((words) => [['chainloop', ...words].join(' '), words] as const))(
  '%s --help says this',
  async (_, words) => {
    const { code, out, err } = await chainloop([...words, '--help'])

    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toMatchSnapshot()
  },
)

test('every group has a summary, and every group is used', () => {
  const used = new Set(
    commands.flatMap(({ name }) => {
      const words = name.split(' ')
      return words.slice(0, -1).map((_, depth) => words.slice(0, depth + 1).join(' '))
    }),
  )

  expect([...used].toSorted()).toEqual(Object.keys(groups).toSorted())
})
