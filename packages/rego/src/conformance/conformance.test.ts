import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { nodeHost } from '../node-host.ts'
import { formatReport, runCases } from './run.ts'

const folder = process.env['CHAINLOOP_TESTDATA']
const maybe = folder ? test : test.skip

maybe('at least 97 % of the official cases agree', async () => {
  const cases = await readFile(join(folder ?? '', 'rego', 'cases.jsonl'), 'utf8')
  const report = await runCases(cases, nodeHost({ resolveNames: true }))

  expect(report.agreeing / report.total).toBeGreaterThanOrEqual(0.97)
})

test('a report counts by feature and ends with the figure', async () => {
  const cases = [
    {
      note: 'a/one',
      query: 'data.t.p = x',
      modules: ['package t\np := 1'],
      want_result: [{ x: 1 }],
    },
    {
      note: 'a/two',
      query: 'data.t.p = x',
      modules: ['package t\np := 1'],
      want_result: [{ x: 2 }],
    },
    {
      note: 'b/error',
      query: 'data.t.p = x',
      modules: ['package t\np := 1\np := 2'],
      want_error_code: 'eval_conflict_error',
    },
    {
      note: 'b/term',
      query: 'input = x',
      modules: [],
      input_term: '{1}',
      want_result: [{ x: [1] }],
    },
  ]
  const report = await runCases(cases.map((each) => JSON.stringify(each)).join('\n'), {})

  expect(formatReport(report)).toBe(
    'feature  agree\na        1 / 2\nb        2 / 2\n\n3 of 4 agree',
  )
  expect(report.failures.map(({ note }) => note)).toEqual(['a/two'])
})
