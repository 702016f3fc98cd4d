import { notFound } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'

/** `GET /trust/tuf/…`: the trust roots as a TUF repository. */
export function tufRoutes({ signing }: Pick<Context, 'signing'>): Route[] {
  return [
    { path: '/trust/tuf/:file', pathOf: (file: string) => file },
    { path: '/trust/tuf/targets/:file', pathOf: (file: string) => `targets/${file}` },
  ].map(({ path, pathOf }) => ({
    method: 'GET',
    path,
    async handle(req, res, { file = '' }) {
      const body = await signing.readTrustRepository(pathOf(file))
      if (!body) throw notFound('file', pathOf(file))
      res.writeHead(200, {
        'content-type': 'application/json',
        'content-length': body.length,
        'cache-control': file === 'timestamp.json' ? 'no-cache' : 'public, max-age=300',
      })
      res.end(req.method === 'HEAD' ? undefined : body)
    },
  }))
}
