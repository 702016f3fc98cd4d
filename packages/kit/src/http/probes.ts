import type { ServerResponse } from 'node:http'

import type { Registry } from 'prom-client'

import type { Health } from '../health.ts'
import type { Route } from './routes.ts'

/** `GET /statusz` says alive, `GET /statusz?readiness=1` says ready or 503 and what is failing. */
export function probeRoutes(health: Health): Route[] {
  return [
    {
      method: 'GET',
      path: '/statusz',
      async handle(req, res) {
        const query = new URLSearchParams((req.url ?? '').split('?')[1])
        const wantsReadiness = ['1', 'true'].includes(query.get('readiness') ?? '')
        if (!wantsReadiness) return sendJson(res, 200, {})
        const report = await health.report()
        sendJson(res, report.ready ? 200 : 503, report.ready ? {} : { failing: report.failing })
      },
    },
  ]
}

export function metricsRoutes(registry: Registry): Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      async handle(_req, res) {
        const body = await registry.metrics()
        res.writeHead(200, { 'content-type': registry.contentType }).end(body)
      },
    },
  ]
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const body = `${JSON.stringify(value)}\n`
  res
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
}
