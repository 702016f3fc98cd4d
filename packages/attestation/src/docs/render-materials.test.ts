import { readFile } from 'node:fs/promises'

import { expect, test } from '@jest/globals'

import { inspectMaterial } from '../materials/craft.ts'
import { InvalidMaterial } from '../materials/crafter.ts'
import { bytesEvidence } from '../materials/evidence.test.fixture.ts'
import type { MaterialKind } from '../materials/material-kind.ts'
import { KIND_GUIDE } from './kind-guide.ts'
import { renderMaterials } from './render-materials.ts'

test('docs/materials.md is what the code says', async () => {
  const written = await readFile(new URL('../../../../docs/materials.md', import.meta.url), 'utf8')

  expect(written).toBe(renderMaterials())
})

const starts: Partial<Record<MaterialKind, string>> = {
  OPENAPI_SPEC: 'openapi: 3.1.0\n',
  ASYNCAPI_SPEC: 'asyncapi: 3.0.0\n',
  GRAPHQL_SPEC: 'type A { b: C }\n',
}

test.each(Object.keys(KIND_GUIDE) as MaterialKind[])(
  'a limit of documents is one of %s if the guide says so',
  async (kind) => {
    const evidence = bytesEvidence((starts[kind] ?? '{').padEnd(100))
    const outcome = inspectMaterial(kind, evidence, { maxDocumentBytes: 50 }).catch(
      (cause: unknown) => (cause instanceof InvalidMaterial ? cause.message : cause),
    )

    const refused = `file is larger than 50 bytes, the limit for ${kind}`
    expect(String(await outcome).includes(refused)).toBe(
      ['whole', 'but-results'].includes(KIND_GUIDE[kind].reading),
    )
  },
)
