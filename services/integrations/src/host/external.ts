import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type HostOptions, type HostedPlugin, hostPlugin } from './hosted-plugin.ts'
import type { PluginModule } from './messages.ts'
import { startPluginProcess } from './plugin-process.ts'
import { openRemotePlugin } from './remote-plugin.ts'

export interface ExternalOptions extends Omit<HostOptions, 'module'> {
  /** Name of an npm package, path of a module, or a `grpc://` or `grpcs://` address. */
  readonly source: string
}

/** A plugin that is not ours. Throws what stands in the way. */
export async function openExternal({ source, ...options }: ExternalOptions): Promise<HostedPlugin> {
  if (/^grpcs?:\/\//.test(source)) return openRemotePlugin(source)
  const module = moduleOf(source)
  // A first process only tells what the plugin is; the one that delivers is started when there is work.
  await using asked = startPluginProcess({ ...options, module, connect: undefined })
  return hostPlugin(await asked.loaded, { ...options, module })
}

/** Names are looked up from the folder in which the worker was started. */
function moduleOf(source: string): PluginModule {
  const isPath = /^\.{0,2}\//.test(source)
  if (!isPath) return { specifier: source, from: pathToFileURL(`${resolve('.')}/`).href }
  const specifier = pathToFileURL(resolve(source)).href
  return { specifier, from: new URL('.', specifier).href }
}
