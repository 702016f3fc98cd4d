import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type HostOptions, type HostedPlugin, hostPlugin } from './hosted-plugin.ts'
import type { PluginModule } from './messages.ts'
import { startPluginProcess } from './plugin-process.ts'

export interface ExternalOptions extends Omit<HostOptions, 'module'> {
  /** Name of an npm package, path of a module, or a `grpc://` or `grpcs://` address. */
  readonly source: string
  /** Where names and relative paths are looked up. */
  readonly folder: string
  /** A plugin that another process serves at this address. */
  readonly openRemote: (address: string) => Promise<HostedPlugin>
}

/** A plugin that is not ours. Throws what stands in the way. */
export async function openExternal({
  source,
  folder,
  openRemote,
  ...options
}: ExternalOptions): Promise<HostedPlugin> {
  if (/^grpcs?:\/\//.test(source)) return openRemote(source)
  const module = moduleOf(source, folder)
  // A first process only tells what the plugin is; the one that delivers is started when there is work.
  await using asked = startPluginProcess({ ...options, module, connect: undefined })
  return hostPlugin(await asked.loaded, { ...options, module })
}

function moduleOf(source: string, folder: string): PluginModule {
  const isPath = /^\.{0,2}\//.test(source)
  if (!isPath) return { specifier: source, from: pathToFileURL(`${resolve(folder)}/`).href }
  const specifier = pathToFileURL(resolve(folder, source)).href
  return { specifier, from: new URL('.', specifier).href }
}
