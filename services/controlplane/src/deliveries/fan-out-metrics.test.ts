import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'

import { fanOutMetrics } from './fan-out-metrics.ts'
import { openFanOutWorld } from './testing/fan-out-world.ts'
import { work } from './testing/worker.ts'

test('each registration has its numbers', async () => {
  await using world = await openFanOutWorld()
  const registry = new Registry()
  fanOutMetrics(registry, world)
  await world.attach('one')
  await world.store()
  await world.store()
  await work(world)

  const text = await registry.metrics()

  const labels = '{organization="acme",integration="one",plugin="example"}'
  expect(text).toContain(`chainloop_deliveries_pending${labels} 1`)
  expect(text).toContain(`chainloop_deliveries_success_ratio${labels} 1`)
  expect(text).toContain(`chainloop_integration_broken${labels} 0`)
  expect(text).toMatch(/chainloop_deliveries_latency_p95_seconds\{[^}]*\} \d/)
})
