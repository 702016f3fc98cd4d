import { readFileSync, readdirSync } from 'node:fs'

import { expect, test } from '@jest/globals'

import { builtIn } from './registry.ts'
import { settingsRows } from './testing/settings-table.ts'

const folder = new URL('../../../docs/integrations/', import.meta.url)
const page = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

/** As they are written; the formatter aligns columns. */
const plain = (row: string): string => row.replaceAll(/\s+/g, ' ').replaceAll(/-{3,}/g, '---')

function settingsOn(text: string): readonly string[] {
  const [, table = ''] = /<!-- settings -->\n([^]*?)<!-- end of settings -->/.exec(text) ?? []
  return table.split('\n').filter((line) => line.startsWith('|'))
}

test.each(builtIn.map((plugin) => [plugin.id, plugin] as const))(
  'the page of %s has its settings, and how to connect it',
  (id, plugin) => {
    const text = page(`${id}.md`)

    expect(settingsOn(text).map(plain)).toEqual(settingsRows(plugin).map(plain))
    expect(text).toContain(`chainloop integration registered add --plugin ${id} `)
  },
)

test.each(builtIn)('what the page of $id enters is what its plugin takes', ({ id, ...plugin }) => {
  const [, commands = ''] = /## Connect\n\n```sh\n([^]*?)```/.exec(page(`${id}.md`)) ?? []
  const [registered = '', attached = ''] = commands.split('chainloop integration attached')
  const given = (text: string) => [...text.matchAll(/--opt (\w+)=/g)].map(([, name = '']) => name)
  const { properties = {}, required = [] } = plugin.registrationSchema
  const known = (schema: unknown) => Object.keys(schema as object)

  expect(known(properties)).toEqual(expect.arrayContaining(given(registered)))
  expect(given(registered)).toEqual(expect.arrayContaining([...(required as string[])]))
  expect(known(plugin.attachmentSchema['properties'])).toEqual(
    expect.arrayContaining(given(attached)),
  )
})

test('the list of systems leads to every page', () => {
  const pages = readdirSync(folder).filter((name) => name !== 'README.md')

  for (const name of pages) expect(page('README.md')).toContain(`(${name})`)
})
