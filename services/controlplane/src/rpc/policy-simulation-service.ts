import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt'
import { invalid } from '@chainloop/kit/errors'
import type {
  PolicySimulationService,
  SimulatedRunSchema,
  SimulateRequest,
  SimulateResponseSchema,
} from '@chainloop/proto/policies/v1/policy_simulation_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { simulate, type SimulationInput } from '../policy-simulation/simulate.ts'
import type { SimulatedRun, SimulationEvent } from '../policy-simulation/simulated-run.ts'
import { actorOf } from './actor-key.ts'

export function policySimulationService(
  ctx: Pick<Context, 'db' | 'documentSource' | 'policies' | 'blobs'>,
): ServiceImpl<typeof PolicySimulationService> {
  return {
    async *simulate(req, call) {
      const wish = { input: inputOf(req), signal: call.signal }
      for await (const event of simulate(ctx, actorOf(call), wish)) yield eventMessage(event)
    },
  }
}

function inputOf(req: SimulateRequest): SimulationInput {
  if (!req.since) throw invalid('say since when', { reason: 'INVALID_TIME' })
  return { ...req, since: timestampDate(req.since) }
}

function eventMessage(event: SimulationEvent): MessageInitShape<typeof SimulateResponseSchema> {
  switch (event.type) {
    case 'plan':
      return { event: { case: 'plan', value: { runs: event.runs } } }
    case 'progress':
      return { event: { case: 'progress', value: { runs: event.runs } } }
    case 'run':
      return { event: { case: 'run', value: runMessage(event.run) } }
    case 'summary':
      return { event: { case: 'summary', value: event.summary } }
  }
}

function runMessage(run: SimulatedRun): MessageInitShape<typeof SimulatedRunSchema> {
  const { id, project, workflow, attestationDigest, blocks, blocked } = run
  return {
    id,
    project,
    workflow,
    attestationDigest,
    blocks,
    blocked,
    createdAt: timestampFromDate(run.createdAt),
    evaluations: run.evaluations.map(({ violationsThen, ...one }) => ({
      ...one,
      violations: [...one.violations],
      skipReasons: [...one.skipReasons],
      ...(violationsThen !== undefined && { violationsThen }),
    })),
  }
}
