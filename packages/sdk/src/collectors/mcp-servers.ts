import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { at, known, listAt, textAt } from './shape.ts'
import { bareAddress } from './without-secrets.ts'

/** A server of the Model Context Protocol, without the values of its environment. */
export interface McpServer {
  readonly name: string
  readonly command?: string
  readonly args?: readonly string[]
  readonly url?: string
  readonly env_keys?: readonly string[]
  readonly disabled?: boolean
}

/** Of `.mcp.json` and of the settings; the first that names a server counts. Files that are not JSON are none. */
export async function findMcpServers(root: string): Promise<readonly McpServer[]> {
  const servers = new Map<string, McpServer>()
  for (const path of ['.mcp.json', '.claude/settings.json']) {
    for (const [name, value] of Object.entries(await serversIn(join(root, path)))) {
      if (!servers.has(name)) servers.set(name, server(name, value))
    }
  }
  return [...servers.values()]
}

async function serversIn(path: string): Promise<object> {
  try {
    const found = at(JSON.parse(await readFile(path, 'utf8')), 'mcpServers')
    return typeof found === 'object' && found !== null ? found : {}
  } catch {
    return {}
  }
}

function server(name: string, value: unknown): McpServer {
  const env = at(value, 'env')
  const disabled = at(value, 'disabled')
  const args = listAt(value, 'args').filter((one) => typeof one === 'string')
  return known({
    name,
    command: textAt(value, 'command'),
    args: args.length > 0 ? args : undefined,
    url: bareAddress(textAt(value, 'url') ?? ''),
    env_keys: typeof env === 'object' && env !== null ? Object.keys(env) : undefined,
    disabled: typeof disabled === 'boolean' ? disabled : undefined,
  })
}
