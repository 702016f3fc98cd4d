import { expect, test } from '@jest/globals'

import { builtInModule, builtInPlugins } from './host/catalogue.ts'
import { loadPlugin } from './host/load-plugin.ts'
import { builtIn } from './registry.ts'

test('ids are unique, and each is the name of a folder with that plugin', async () => {
  const ids = builtIn.map(({ id }) => id)

  expect(ids).toEqual([...new Set(ids)])
  for (const plugin of builtIn) {
    expect(await loadPlugin(builtInModule(plugin.id).specifier)).toBe(plugin)
  }
})

test('the catalogue is read in another process, and says which settings are secret', async () => {
  const described = await builtInPlugins()

  expect(described.map(({ id }) => id)).toEqual(builtIn.map(({ id }) => id))
  expect(described.find(({ id }) => id === 'webhook')).toMatchObject({
    secretSettings: ['secret', 'authorization'],
    attachmentSchema: { properties: { filter_expression: { type: 'string' } } },
  })
})
