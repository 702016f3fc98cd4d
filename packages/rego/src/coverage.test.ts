import { expect, test } from '@jest/globals'

import { collectCoverage } from './coverage.ts'
import { compile } from './policy.ts'
import { parseModule } from './syntax/parse-module.ts'

const text = `package p

default level := "low"

level := "high" if {
  some item in input.items
  item.score > 7
}

names := [name |
  some item in input.items
  name := item.name
]

never if {
  input.x
  input.y
}
`

function coverage(...inputs: readonly unknown[]) {
  const { cover, of } = collectCoverage()
  const policy = compile({ modules: { 'p.rego': text }, cover })
  for (const input of inputs) policy.evaluateSync({ entrypoint: 'p', input })
  return of(parseModule({ file: 'p.rego', text, version: 'v1' }))
}

test('lines that no evaluation reaches are missed', () => {
  expect(coverage({ items: [] }).missed).toEqual([5, 7, 12, 15, 17])
})

test('evaluations add to each other', () => {
  const high = { items: [{ name: 'a', score: 8 }], x: 1 }

  expect(coverage({ items: [] }, high).missed).toEqual([15])
  expect(coverage({ items: [] }, { ...high, y: 1 })).toEqual({
    file: 'p.rego',
    covered: [3, 5, 6, 7, 10, 11, 12, 15, 16, 17],
    missed: [],
  })
})
