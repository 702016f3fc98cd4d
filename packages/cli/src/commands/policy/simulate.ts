import type { SimulatedRun, Simulation } from '@chainloop/sdk/policies/simulate-policy'

import { defineCommand } from '../../core/command.ts'
import { moment } from '../../core/moment.ts'
import { record, table, type View } from '../../core/view.ts'
import { allowOutsideFiles } from './options.ts'

export const policySimulate = defineCommand({
  name: 'policy simulate',
  summary: 'See what a policy or contract would have said about the runs that are stored',
  details:
    'The server evaluates the document on the stored evidence, each run at the time when it was judged. A policy counts as a gate, a group with its own. Nothing is recorded, and exceptions are not taken into account.',
  options: {
    policy: {
      type: 'string',
      short: 'f',
      required: true,
      placeholder: 'file|url|-',
      help: 'the policy, group or contract',
      aliases: ['file'],
    },
    contract: { type: 'string', help: 'only runs that were judged by this contract' },
    project: { type: 'string', short: 'p', help: 'only runs of this project' },
    workflow: { type: 'string', short: 'w', help: 'only runs of this workflow of the project' },
    since: {
      type: 'string',
      default: '30d',
      placeholder: 'time',
      help: 'runs since then: 90d, 2026-11-01, 2026-11-01T12:00:00Z',
    },
    input: { type: 'pairs', help: 'an input of the policy or group' },
    material: { type: 'string', help: 'the material that a policy without kinds judges' },
    allowOutsideFiles,
  },
  examples: ['chainloop policy simulate -f policy.yaml --contract release --since 90d'],

  async run(session, { policy, since: typed, input, ...options }) {
    const since = moment('since', typed, { towards: 'past' })
    const { contractDocument } = await import('../contract/documents.ts')
    const { withFiles } = await import('../contract/with-files.ts')
    const document = await contractDocument(policy, session)
    const { bytes, files } = await withFiles(document, options.allowOutsideFiles)
    const client = await session.client()
    const { simulatePolicy } = await import('@chainloop/sdk/policies/simulate-policy')
    const { contract = '', project = '', workflow = '', material = '' } = options
    const wish = { document: bytes, files, since, with: input, materialName: material }
    const where = { contractName: contract, projectName: project, workflowName: workflow }
    return simulatePolicy(client, { ...wish, ...where }, (done, all) => {
      session.io.status?.(done < all ? `${done} of ${all} runs` : '')
    })
  },

  view: simulationView,
})

function simulationView(simulation: Simulation): View {
  return [
    record(
      [
        ['runs', simulation.runs],
        ['judged', simulation.judged],
        ['would pass', simulation.passed],
        ['would be violated', simulation.violated],
        ['without a verdict', simulation.unjudged],
        ['would block', simulation.blocks],
        ['of these went through', simulation.newlyBlocks],
        ['would not block any more', simulation.noLongerBlocks],
        ['cannot be read any more', simulation.unreadable || undefined],
      ],
      'What it would have said',
    ),
    table(
      ['run', 'workflow', 'created', 'then', 'would', 'why'],
      simulation.found.map((run) => [
        run.id,
        `${run.project}/${run.workflow}`,
        run.createdAt,
        run.blocked ? 'blocked' : 'went through',
        run.blocks ? 'block' : 'go through',
        reasons(run),
      ]),
      { empty: 'there is nothing to say about any of them', title: 'Runs' },
    ),
  ]
}

function reasons({ evaluations }: SimulatedRun): string {
  return evaluations
    .flatMap(({ policy, material, violations, violationsTotal, skipReasons }) => {
      const about = `${policy} on ${material || 'the attestation'}`
      const rest = violationsTotal - violations.length
      return [
        ...[...violations, ...skipReasons].map((why) => `${about}: ${why}`),
        ...(rest > 0 ? [`${about}: ${rest} more`] : []),
      ]
    })
    .join('\n')
}
