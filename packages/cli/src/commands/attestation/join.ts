import { defineCommand } from '../../core/command.ts'
import { CRAFTING_RETRY_MS, stateOptions } from './state-options.ts'
import { statusJson } from './status-json.ts'
import { statusView } from './status-view.ts'

export const attestationJoin = defineCommand({
  name: 'attestation join',
  summary: 'Let a further job of the pipeline work on a run',
  details:
    'The job is given a token of its own for the run and keeps it, so that the further commands need no other. The run has to keep its state in the control plane. A job without a token joins with the identity that its CI system gives it, if a job of the same pipeline started the run.',
  options: {
    attestationId: { ...stateOptions.attestationId, required: true },
    gracefulExit: stateOptions.gracefulExit,
  },
  examples: ['chainloop attestation join --attestation-id "$RUN_ID"'],

  async run(session, { attestationId: runId }) {
    const client = await session.client({ retryMs: CRAFTING_RETRY_MS, keyless: 'start' })
    const { openRun } = await import('@chainloop/sdk/attestation/open-run')
    const { attestationStatus } = await import('@chainloop/sdk/attestation/status')
    const joined = await openRun(client, { type: 'remote', runId })
    session.io.info(`this job works on run ${runId} now`)
    return statusJson(attestationStatus(joined.session))
  },

  view: (status) => statusView(status),
})
