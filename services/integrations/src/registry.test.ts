import { expect, test } from '@jest/globals'

import { builtIn, registryOf } from './registry.ts'

test('ids are unique, and the built-in plugins hide their secrets', () => {
  const plugin = builtIn.get('webhook')
  if (!plugin) throw new Error('no webhook')

  expect(() => registryOf([plugin, plugin])).toThrow('two plugins are called webhook')
  expect(plugin.secretSettings).toEqual(['secret', 'authorization'])
})
