import { readFile } from 'node:fs/promises'

import { MATERIAL_KINDS } from '@chainloop/attestation/materials/material-kind'
import { expect, test } from '@jest/globals'

import { commands } from '../commands/index.ts'
import { pageOf, pageOfCommand, PAGES, PAGES_OF_CODES } from './documentation.ts'

const root = new URL('../../../../', import.meta.url)

test('every page that an error points to is there, with its section', async () => {
  const pages = [
    ...Object.values(PAGES),
    ...Object.values(PAGES_OF_CODES),
    pageOfCommand(undefined),
    ...commands.map(({ name }) => pageOfCommand(name)),
    ...[...MATERIAL_KINDS].map((kind) => pageOf(refusedMaterial(kind))),
  ]

  const missing: unknown[] = []
  for (const page of new Set(pages)) {
    const [path = '', anchor] = (page ?? '').split('#')
    const sections = anchorsOf(await readFile(new URL(path, root), 'utf8'))
    if (anchor !== undefined && !sections.includes(anchor)) missing.push(page)
  }

  expect(missing).toEqual([])
})

test('refused evidence points to the section of its kind', () => {
  expect(pageOf(refusedMaterial('JUNIT_XML'))).toBe('docs/materials.md#junit_xml')
})

test('an error that is nowhere explained points nowhere', () => {
  expect(pageOf({ name: 'toString' })).toBeUndefined()
})

function refusedMaterial(kind: string): { readonly name: string } {
  return Object.assign(new Error('refused'), { name: 'InvalidMaterial', kind })
}

/** As code forges make them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
