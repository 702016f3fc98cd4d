import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
/** Proven by tests that have names of their own, older than the numbers. */
const UNNUMBERED: ReadonlySet<string> = new Set(['C17', 'C18'])

test('every check of the page about SLSA has a test that is there, and says its number', async () => {
  const page = await readFile(join(ROOT, 'docs', 'slsa.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (C\d+) +\|.*\| ([^|]*)\|$/gm)]
  const unproven: string[] = []

  for (const [, check = '', cell = ''] of rows) {
    const files = [...cell.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file = '']) => file)
    const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), 'utf8')))
    const isSaid = texts.some((text) => new RegExp(`\\b${check}\\b`).test(text))
    if (files.length === 0 || !(isSaid || UNNUMBERED.has(check))) unproven.push(check)
  }

  expect(rows.map(([, check]) => check)).toEqual(
    Array.from({ length: 22 }, (_, index) => `C${index + 1}`),
  )
  expect(unproven).toEqual([])
})
