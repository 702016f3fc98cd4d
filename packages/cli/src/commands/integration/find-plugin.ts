import type { Client } from '@chainloop/sdk/client'
import type { AvailableIntegration } from '@chainloop/sdk/model/integration'

import { Refused } from '../../core/exit.ts'

/** Rejects with `Refused` when no worker has announced such a plugin. */
export async function findPlugin(client: Client, name: string): Promise<AvailableIntegration> {
  const { toAvailableIntegration } = await import('@chainloop/sdk/model/integration')
  const { result } = await client.integrations.listAvailable({})
  const found = result.map(toAvailableIntegration).find((one) => one.name === name)
  if (found === undefined) {
    throw new Refused(
      `there is no plugin ${name}`,
      '`chainloop integration available list` shows them',
    )
  }
  return found
}
