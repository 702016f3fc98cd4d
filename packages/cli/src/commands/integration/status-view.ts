import type { FanOutStatus } from '@chainloop/sdk/model/fan-out'

import { table, type View } from '../../core/view.ts'

export function statusView(integrations: readonly FanOutStatus[]): View {
  return [
    table(
      [
        'integration',
        'plugin',
        'state',
        'pending',
        'held',
        'in flight',
        'oldest pending',
        'delivered',
        'failed',
        'success',
        'p95',
        'reason',
      ],
      integrations.map((one) => [
        one.integration,
        one.plugin,
        one.state,
        one.pending,
        one.held,
        one.inFlight,
        one.oldestPendingAt,
        one.delivered,
        one.failed,
        one.successRate === undefined ? undefined : `${(one.successRate * 100).toFixed(1)} %`,
        one.p95LatencyMs === undefined ? undefined : `${one.p95LatencyMs} ms`,
        one.reason,
      ]),
      { empty: 'nothing is set up yet' },
    ),
  ]
}
