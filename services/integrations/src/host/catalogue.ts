import { z } from 'zod'

import { type PluginDescription, descriptionShape } from './description.ts'
import type { PluginModule } from './messages.ts'
import { startChild } from './start-child.ts'

let described: Promise<readonly PluginDescription[]> | undefined

/** What the built-in plugins say about themselves; asked once for each process. */
export function builtInPlugins(): Promise<readonly PluginDescription[]> {
  described ??= describe()
  return described
}

async function describe(): Promise<readonly PluginDescription[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const child = startChild({ entry: new URL('catalogue-child.ts', import.meta.url), memoryMb: 512 })
  child.once('message', resolve)
  child.once('error', reject)
  child.once('exit', (code) => reject(new Error(`the plugins cannot be read (exit ${code})`)))
  try {
    return z.array(descriptionShape).parse(await promise)
  } catch (cause) {
    described = undefined
    throw cause
  }
}

/** The name of a built-in plugin's folder is its id. */
export function builtInModule(id: string): PluginModule {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  const from = new URL(`../plugins/${id}/`, import.meta.url).href
  return { specifier: `${from}plugin.${extension}`, from }
}
