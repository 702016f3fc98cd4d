import { defineCommand } from '../../core/command.ts'
import { stateLocation, stateOptions } from './state-options.ts'
import { statusJson } from './status-json.ts'
import { statusView } from './status-view.ts'

export const attestationStatusCommand = defineCommand({
  name: 'attestation status',
  summary: 'Show the attestation in progress and everything that is outstanding',
  options: {
    full: { type: 'boolean', help: 'also values, digests and variables' },
    ...stateOptions,
  },

  async run(session, options) {
    const { attestationStatus } = await import('@chainloop/sdk/attestation/status')
    const location = stateLocation(options)
    if (location.type === 'local') {
      const { readLocalSession } = await import('@chainloop/sdk/attestation/state-store/local')
      return statusJson(attestationStatus(await readLocalSession(location.path)))
    }
    const { openRun } = await import('@chainloop/sdk/attestation/open-run')
    const run = await openRun(await session.client({ keyless: 'continue' }), location)
    return statusJson(attestationStatus(run.session))
  },

  view: (status, { full = false }) => statusView(status, { full }),
})
