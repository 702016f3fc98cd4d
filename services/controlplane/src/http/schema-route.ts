import { contractJsonSchema } from '@chainloop/attestation/contract/contract-schema'
import { sendJson } from '@chainloop/kit/http/probes'
import type { Route } from '@chainloop/kit/serve'

/** For editors, which complete and check contracts with it. */
export function contractSchemaRoute(): Route {
  return {
    method: 'GET',
    path: '/schema/contract.schema.json',
    handle(_req, res) {
      res.setHeader('access-control-allow-origin', '*')
      res.setHeader('cache-control', 'public, max-age=3600')
      sendJson(res, 200, contractJsonSchema)
    },
  }
}
