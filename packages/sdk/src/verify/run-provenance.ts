import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { type Provenance, toProvenance } from '../model/provenance.ts'

/** Without its bytes. Undefined: the run has made nothing, or is open. */
export async function runProvenance(
  client: Pick<Client, 'provenances'>,
  runId: string,
): Promise<Omit<Provenance, 'bundle'> | undefined> {
  try {
    const { provenance } = await client.provenances.get({ runId })
    const { bundle: _bundle, ...shown } = toProvenance(provenance)
    return shown
  } catch (cause) {
    if (cause instanceof ConnectError && cause.code === Code.NotFound) return undefined
    throw cause
  }
}
