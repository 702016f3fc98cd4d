import { sendJson } from '@chainloop/kit/http/probes'
import type { Route } from '@chainloop/kit/serve'

import type { Context } from '../context.ts'
import { VERSION } from '../version.ts'
import { deviceRoutes } from './device-routes.ts'
import { downloadRoute } from './download-route.ts'
import { logRoutes } from './log-routes.ts'
import { policyProviderRoutes } from './policy-provider-routes.ts'
import { prometheusRoute } from './prometheus-route.ts'
import { contractSchemaRoute } from './schema-route.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { timestampRoute } from './timestamp-route.ts'
import { trustRoutes } from './trust-routes.ts'
import { tufRoutes } from './tuf-routes.ts'

/** Plain HTTP/1.1; the RPCs are served beside them. */
export function httpRoutes(ctx: Context): readonly Route[] {
  return [
    jwks(ctx),
    infoz(),
    contractSchemaRoute(),
    timestampRoute(ctx),
    ...trustRoutes(ctx),
    ...tufRoutes(ctx),
    ...logRoutes(ctx),
    downloadRoute(ctx),
    prometheusRoute(ctx),
    ...policyProviderRoutes(ctx),
    ...signInRoutes(ctx),
    ...deviceRoutes(ctx),
  ]
}

/** The keys that our tokens are signed with (RFC 7517). */
function jwks({ tokenKeys }: Pick<Context, 'tokenKeys'>): Route {
  return {
    method: 'GET',
    path: '/.well-known/jwks.json',
    handle(_req, res) {
      res.setHeader('cache-control', 'public, max-age=60')
      sendJson(res, 200, tokenKeys.jwks)
    },
  }
}

function infoz(): Route {
  return {
    method: 'GET',
    path: '/infoz',
    handle: (_req, res) => sendJson(res, 200, { version: VERSION }),
  }
}
