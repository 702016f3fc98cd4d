import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'

const FILES = {
  'attestations.json': 'attestations',
  'provenance.json': 'provenance',
  'signing_config.json': 'signingConfig',
} as const

/**
 * `GET /trust/attestations.json` and `/trust/provenance.json`, what verifiers elsewhere need, and `signing_config.json`,
 * whom clients may ask: nothing secret.
 */
export function trustRoutes({ signing }: Pick<Context, 'signing'>): Route[] {
  return Object.entries(FILES).map(([file, name]) => ({
    method: 'GET',
    path: `/trust/${file}`,
    handle(req, res) {
      const document = signing.trust[name]
      res.writeHead(200, {
        'content-type': 'application/json',
        'content-length': document.length,
        'cache-control': 'public, max-age=300',
      })
      res.end(req.method === 'HEAD' ? undefined : document)
    },
  }))
}
