import { defineCommand } from '../../core/command.ts'
import { record, table } from '../../core/view.ts'
import { findingChanges } from './changed.ts'

export const logReport = defineCommand({
  name: 'log report',
  summary: 'List all runs of a workflow between two versions, and prove that none is missing',
  details:
    'Every event of a run has a number in its workflow and a proof that it is in the transparency log. A missing number, or an entry that is not in the log, ends with exit code 1.',
  options: {
    project: { type: 'string', required: true, help: 'name of the project' },
    workflow: { type: 'string', required: true, help: 'name of the workflow' },
    fromVersion: { type: 'string', help: 'from the first event of this version (default: all)' },
    toVersion: { type: 'string', help: 'until the last event of this version (default: now)' },
    head: {
      type: 'string',
      placeholder: 'path',
      help: 'a head that `log head --file` kept, which the log must continue',
    },
    wholeLog: {
      type: 'boolean',
      help: 'read every entry of the log: then not even the newest events can be kept back',
    },
  },
  examples: [
    'chainloop log report --project shop --workflow build --from-version v1.2.0 --to-version v1.3.0',
  ],

  async run(session, { project, workflow, fromVersion, toVersion, head, wholeLog }) {
    const client = await session.client()
    const { readHead } = await import('@chainloop/sdk/audit/audit-head')
    const { reportRuns } = await import('@chainloop/sdk/transparency/run-report')
    const kept = head === undefined ? undefined : await readHead(head)
    return findingChanges(() =>
      reportRuns(client, {
        projectName: project,
        workflowName: workflow,
        fromVersion,
        toVersion,
        kept,
        wholeLog,
      }),
    )
  },

  view: ({ from, to, size, runs }) => [
    record([
      ['complete', true],
      ['events', `${from} to ${to}`],
      ['entries of the log', size],
    ]),
    table(
      ['run', 'version', 'contract', 'opened', 'state', 'closed', 'attestation'],
      runs.map((run) => [
        run.run,
        run.version,
        run.contract,
        run.openedAt,
        run.state,
        run.closedAt,
        run.attestation,
      ]),
      { empty: 'no run' },
    ),
  ],
})
