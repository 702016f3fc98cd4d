import type {
  SimulatedEvaluation as EvaluationMessage,
  SimulatedRun as RunMessage,
} from '@chainloop/proto/policies/v1/policy_simulation_service'

import type { Client } from '../client.ts'
import { UnexpectedAnswer } from '../connection/unexpected-answer.ts'
import type { ReferencedFile } from '../contracts/referenced-files.ts'
import { toDate, toTimestamp } from '../model/time.ts'

export interface SimulationWish {
  readonly document: Uint8Array
  readonly files: readonly ReferencedFile[]
  readonly since: Date
  /** Empty: any. */
  readonly contractName: string
  /** Empty: any. */
  readonly projectName: string
  /** Empty: any. */
  readonly workflowName: string
  readonly with: Readonly<Record<string, string>>
  /** Empty: by the kinds of the policy. */
  readonly materialName: string
}

/** Numbers of runs. */
export interface Simulation {
  readonly runs: number
  readonly judged: number
  readonly passed: number
  readonly violated: number
  readonly unjudged: number
  readonly blocks: number
  readonly newlyBlocks: number
  readonly noLongerBlocks: number
  readonly unreadable: number
  /** Those that something is to be said about, the newest first. */
  readonly found: readonly SimulatedRun[]
}

export interface SimulatedRun {
  readonly id: string
  readonly project: string
  readonly workflow: string
  readonly createdAt: Date | undefined
  readonly attestationDigest: string
  readonly blocks: boolean
  readonly blocked: boolean
  readonly evaluations: readonly SimulatedEvaluation[]
}

export interface SimulatedEvaluation {
  readonly policy: string
  readonly material: string
  readonly violations: readonly string[]
  readonly violationsTotal: number
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  readonly gate: boolean
  readonly violationsThen: number | undefined
}

/** Rejects with `UnexpectedAnswer` when the server breaks off. */
export async function simulatePolicy(
  { policySimulation }: Pick<Client, 'policySimulation'>,
  wish: SimulationWish,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<Simulation> {
  const found: SimulatedRun[] = []
  let all = 0
  const request = {
    ...wish,
    document: new Uint8Array(wish.document),
    files: wish.files.map(({ location, content }) => ({
      location,
      content: new Uint8Array(content),
    })),
    since: toTimestamp(wish.since),
    with: { ...wish.with },
  }
  // However long it takes: there is progress.
  for await (const { event } of policySimulation.simulate(request, { timeoutMs: 0 })) {
    switch (event.case) {
      case 'plan':
        all = event.value.runs
        break
      case 'progress':
        onProgress(event.value.runs, all)
        break
      case 'run':
        found.push(toRun(event.value))
        break
      case 'summary': {
        const { $typeName: _, $unknown: _unknown, ...summary } = event.value
        return { ...summary, found }
      }
      case undefined:
        break
    }
  }
  throw new UnexpectedAnswer('the simulation ended without a result')
}

function toRun(run: RunMessage): SimulatedRun {
  const { id, project, workflow, attestationDigest, blocks, blocked } = run
  return {
    id,
    project,
    workflow,
    attestationDigest,
    blocks,
    blocked,
    createdAt: toDate(run.createdAt),
    evaluations: run.evaluations.map(toEvaluation),
  }
}

function toEvaluation(one: EvaluationMessage): SimulatedEvaluation {
  const { policy, material, violations, violationsTotal, skipped, skipReasons, gate } = one
  const { violationsThen } = one
  return {
    policy,
    material,
    violations,
    violationsTotal,
    skipped,
    skipReasons,
    gate,
    violationsThen,
  }
}
