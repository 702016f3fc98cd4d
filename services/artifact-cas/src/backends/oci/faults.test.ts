import { randomUUID } from 'node:crypto'

import { startFaultProxy } from '../../testing/storage/fault-proxy.ts'
import { openTroubled } from '../../testing/storage/trouble.ts'
import { describeFaults } from '../fault-contract.ts'
import { ociProvider } from './oci.ts'

const given = process.env['TEST_REGISTRY_URL']

describeFaults('an OCI registry', {
  busy: [503, 429],
  patient: true,
  open:
    given === undefined
      ? undefined
      : () =>
          openTroubled(async (_stack, deps) => {
            const proxy = await startFaultProxy(given)
            return {
              provider: ociProvider({ ...deps, allow: ['127.0.0.1'], env: {} }),
              proxy,
              location: `127.0.0.1:${proxy.port}/t-${randomUUID()}`,
              credentials: {},
            }
          }),
})
