import { expect, test } from '@jest/globals'

import { recognizeKind } from './craft.ts'
import type { Evidence } from './evidence.ts'

const size = 100_000_000
const block = 1 << 18

/** In blocks of the size that files are read in, never in memory at once. */
function counted(head: string, rest: string): { evidence: Evidence; read: () => number } {
  const filler = Buffer.alloc(block, rest)
  const first = Buffer.from(filler)
  first.write(head, 'latin1')
  let read = 0
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < size; at += block) {
      const chunk = (at === 0 ? first : filler).subarray(0, size - at)
      read += chunk.length
      yield chunk
    }
  }
  return { evidence: { name: 'unknown.dat', size, open }, read: () => read }
}

test.each([
  ['a log', '', 'nothing that anybody would recognise\n'],
  ['zeros', '', '\0'],
  ['a list without an end', '[', 'x'],
  ['a zip without a directory', 'PK\u0003\u0004', 'x'],
  ['a gzip file of nothing', '\u001f\u008b\u0008', 'x'],
  ['an API in YAML', 'openapi: 3.0.0\nx:\n', ' - a: b\n'],
])('after its digest, an unknown file is read once more at most: %s', async (_, head, rest) => {
  const { evidence, read } = counted(head, rest)

  expect(await recognizeKind(evidence)).toMatchObject({ kind: 'ARTIFACT' })
  expect(read()).toBeGreaterThan(0)
  expect(read()).toBeLessThanOrEqual(size)
})
