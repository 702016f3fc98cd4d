import type { Plugin } from '@chainloop/plugin-sdk/plugin'

/** The one plugin that a module exports, under whatever name. Throws when there is none, or more than one. */
export async function loadPlugin(url: string): Promise<Plugin> {
  const exported: Record<string, unknown> = await import(url)
  const found = [...new Set(Object.values(exported).filter(isPlugin))]
  const [plugin] = found
  if (plugin && found.length === 1) return plugin
  throw new TypeError(
    found.length === 0
      ? 'the module exports nothing that definePlugin made'
      : 'the module exports more than one plugin',
  )
}

const parts = { id: 'string', version: 'string', registrationSchema: 'object', deliver: 'function' }

/** Not by a class or a symbol: the plugin may have an SDK of its own. */
function isPlugin(value: unknown): value is Plugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(parts).every(([name, type]) => typeof Reflect.get(value, name) === type)
  )
}
