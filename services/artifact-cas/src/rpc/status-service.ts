import { unavailable } from '@chainloop/kit/errors'
import type { StatusService } from '@chainloop/proto/cas/v1/status'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { VERSION } from '../version.ts'

export function statusService({
  health,
  storage,
}: Pick<Context, 'health' | 'storage'>): ServiceImpl<typeof StatusService> {
  return {
    async infoz() {
      return {
        version: VERSION,
        chartVersion: process.env['CHART_VERSION'] ?? '',
        backends: [...storage.providers],
      }
    },
    async statusz({ readiness }) {
      const { ready, failing } = readiness ? await health.report() : { ready: true, failing: {} }
      if (!ready)
        throw unavailable(`not ready: ${Object.keys(failing).join(', ')}`, { reason: 'NOT_READY' })
      return {}
    },
  }
}
