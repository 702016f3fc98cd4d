import { VERSION } from '@chainloop/sdk/version'

import { defineCommand } from '../core/command.ts'
import { record } from '../core/view.ts'

interface Versions {
  readonly client: string
  readonly server?: { readonly address: string; readonly version: string }
}

export const version = defineCommand({
  name: 'version',
  summary: 'Show the versions of this program and of the server',
  options: {
    client: { type: 'boolean', help: 'do not ask the server' },
  },

  async run(session, options): Promise<Versions> {
    if (options.client === true || session.settings.controlPlane.value === undefined) {
      return { client: VERSION }
    }
    const client = await session.client({ anonymous: true })
    const server = await client.status.infoz({})
    return { client: VERSION, server: { address: client.controlPlane, version: server.version } }
  },

  view: ({ client, server }) => [
    record([
      ['client', client],
      ['server', server && `${server.version} at ${server.address}`],
    ]),
  ],
})
