import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'

/** `GET /trust/attestations.json` and `/trust/provenance.json`: what verifiers elsewhere need, and nothing secret. */
export function trustRoutes({ signing }: Pick<Context, 'signing'>): Route[] {
  return (['attestations', 'provenance'] as const).map((purpose) => ({
    method: 'GET',
    path: `/trust/${purpose}.json`,
    handle(req, res) {
      const document = signing.trust[purpose]
      res.writeHead(200, {
        'content-type': 'application/json',
        'content-length': document.length,
        'cache-control': 'public, max-age=300',
      })
      res.end(req.method === 'HEAD' ? undefined : document)
    },
  }))
}
