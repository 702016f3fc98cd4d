import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'
import { stateLocation, stateOptions } from './state-options.ts'

export const attestationReset = defineCommand({
  name: 'attestation reset',
  summary: 'Give the attestation in progress up',
  options: {
    trigger: {
      type: 'string',
      choices: ['failure', 'cancellation'],
      default: 'failure',
      help: 'whether the job failed or was cancelled',
    },
    reason: { type: 'string', help: 'why' },
    ...stateOptions,
  },

  async run(session, options) {
    const { resetAttestation } = await import('@chainloop/sdk/attestation/reset')
    const { runId = '' } = await resetAttestation(() => session.client({ keyless: 'continue' }), {
      state: stateLocation(options),
      trigger: options.trigger === 'cancellation' ? 'cancellation' : 'failure',
      reason: options.reason,
    })
    return { runId, trigger: options.trigger, reason: options.reason ?? '' }
  },

  view: ({ runId, trigger }) => [
    text(runId === '' ? 'the state was removed' : `run ${runId} ended (${trigger})`),
  ],
})
