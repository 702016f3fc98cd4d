import { defineCommand } from '../../core/command.ts'
import { table, text } from '../../core/view.ts'
import { runnerName } from './runner-name.ts'

export const runList = defineCommand({
  name: 'workflow run list',
  summary: 'List runs, newest first',
  options: {
    workflow: { type: 'string', placeholder: 'name', help: 'only of this workflow' },
    project: { type: 'string', placeholder: 'name', help: 'only of this project' },
    version: { type: 'string', help: 'only of this project version' },
    status: {
      type: 'string',
      choices: ['initialized', 'succeeded', 'failed', 'expired', 'cancelled'],
      help: 'only in this state',
    },
    limit: { type: 'integer', default: 50, help: 'runs per page' },
    next: { type: 'string', placeholder: 'cursor', help: 'continue a list' },
    full: { type: 'boolean', help: 'all columns' },
  },

  async run(session, options) {
    const client = await session.client()
    const { runStatus, toRun } = await import('@chainloop/sdk/model/run')
    const status = runStatus.names.find((name) => name === options.status)
    const { result, pagination } = await client.runs.list({
      workflowName: options.workflow ?? '',
      projectName: options.project ?? '',
      projectVersionName: options.version ?? '',
      ...(status !== undefined && { status: runStatus.numberOf(status) }),
      pagination: { limit: options.limit, cursor: options.next ?? '' },
    })
    return { runs: result.map(toRun), next: pagination?.nextCursor ?? '' }
  },

  view: ({ runs, next }, { full = false }) => [
    table(
      full
        ? [
            'id',
            'workflow',
            'version',
            'status',
            'policies',
            'runner',
            'attestation',
            'created',
            'finished',
          ]
        : ['id', 'workflow', 'version', 'status', 'policies', 'created'],
      runs.map((one) => {
        const short = [
          one.id,
          `${one.project}/${one.workflow}`,
          one.version,
          one.status,
          one.policies.status,
        ]
        return full
          ? [...short, runnerName(one.runner), one.attestationDigest, one.createdAt, one.finishedAt]
          : [...short, one.createdAt]
      }),
      { empty: 'there are no runs yet' },
    ),
    ...(next === '' ? [] : [text(`more: --next ${next}`)]),
  ],
})
