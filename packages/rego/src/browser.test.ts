import { readdir, readFile } from 'node:fs/promises'

import { expect, test } from '@jest/globals'

test('only the host for Node and the programs of the conformance need Node', async () => {
  const folder = new URL('.', import.meta.url)
  const files = await readdir(folder, { recursive: true })
  const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const texts = await Promise.all(sources.map((name) => readFile(new URL(name, folder), 'utf8')))
  const needNode = sources.filter((_, i) =>
    /from 'node:|\bprocess\.|\bBuffer\b/.test(texts[i] ?? ''),
  )

  expect(needNode.toSorted()).toEqual([
    'conformance/differential/main.ts',
    'conformance/differential/opa-server.ts',
    'conformance/main.ts',
    'node-host.ts',
  ])
})
