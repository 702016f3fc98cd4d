import { notFound, unauthenticated } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import { authenticate } from '../auth/authenticate.ts'
import type { Context } from '../context.ts'
import { expose, OPEN_METRICS, PROMETHEUS_TEXT } from '../metrics/exposition.ts'
import { workflowMetrics } from '../metrics/workflow-metrics.ts'
import { originOf } from './origin.ts'

/** `GET /prom/<organization>/metrics` with a token of that organization that may read its runs. */
export function prometheusRoute(ctx: Pick<Context, 'db' | 'tokens' | 'limits' | 'config'>): Route {
  return {
    method: 'GET',
    path: '/prom/:organization/metrics',
    async handle(req, res, { organization = '' }) {
      const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
      const actor = await ctx.limits.login(originOf(req), () =>
        authenticate(ctx, { token, organization: undefined }),
      )
      if (actor.kind === 'anonymous') {
        throw unauthenticated('metrics need a token', { reason: 'TOKEN_MISSING' })
      }
      if (actor.organizationName !== organization) throw notFound('organization', organization)
      const isOpen = (req.headers.accept ?? '').includes('application/openmetrics-text')
      const format = isOpen ? OPEN_METRICS : PROMETHEUS_TEXT
      const body = expose(await workflowMetrics(ctx, actor), format)
      res.writeHead(200, { 'content-type': format, 'cache-control': 'no-store' })
      res.end(req.method === 'HEAD' ? undefined : body)
    },
  }
}
