import type { StateLocation } from '@chainloop/sdk/attestation/open-run'

import type { Options } from '../../core/command.ts'

/** Which run a command is about: the one of this machine, or one whose state the control plane keeps. */
export const stateOptions = {
  attestationId: {
    type: 'string',
    placeholder: 'run id',
    help: 'a run whose state is remote (attestation init --remote-state)',
  },
  localStatePath: { type: 'string', placeholder: 'path', help: 'file of a local state' },
  gracefulExit: {
    type: 'boolean',
    help: 'end with exit code 0 when it fails, for pipelines that must go on',
  },
} as const satisfies Options

export function stateLocation(options: {
  readonly attestationId: string | undefined
  readonly localStatePath: string | undefined
}): StateLocation {
  const { attestationId: runId, localStatePath: path } = options
  return runId === undefined ? { type: 'local', path } : { type: 'remote', runId }
}

/** How long a command of a pipeline waits for a server that does not answer. */
export const CRAFTING_RETRY_MS = 60_000
