import type { AttestationStatus } from '@chainloop/sdk/attestation/status'

import { defineCommand } from '../../core/command.ts'
import { contractSource } from '../contract/contract-source.ts'
import { checkCombination, collectorsOf, versionOf } from './init-options.ts'
import { stateOptions, CRAFTING_RETRY_MS } from './state-options.ts'
import { statusJson } from './status-json.ts'
import { statusView } from './status-view.ts'
import { withCollected } from './with-collected.ts'

export const attestationInit = defineCommand({
  name: 'attestation init',
  summary: 'Start an attestation: open a run and fetch its contract',
  options: {
    project: {
      type: 'string',
      required: true,
      placeholder: 'name',
      help: 'project of the workflow',
    },
    workflow: {
      type: 'string',
      required: true,
      placeholder: 'name',
      help: 'workflow that this run belongs to',
      aliases: ['name', 'workflowName'],
    },
    contract: {
      type: 'string',
      placeholder: 'name|file|url',
      help: 'contract of a workflow that does not exist yet',
    },
    contractRevision: {
      type: 'integer',
      default: 0,
      help: 'revision of the contract; 0 is the latest',
    },
    version: {
      type: 'string',
      help: 'project version (default: projectVersion in .chainloop.yml)',
    },
    latestVersion: { type: 'boolean', help: 'the project version that is marked as the latest' },
    existingVersion: { type: 'boolean', help: 'fail when the project version does not exist' },
    release: {
      type: 'boolean',
      help: 'the version counts as released once the attestation is stored',
    },
    markLatest: {
      type: 'boolean',
      negatable: true,
      help: 'whether the version becomes the latest',
    },
    dryRun: { type: 'boolean', help: 'open, upload, sign and store nothing' },
    replace: { type: 'boolean', short: 'f', help: 'overwrite a local state that is in progress' },
    collectors: {
      type: 'list',
      placeholder: 'name,…',
      help: 'what is recorded besides the pull request: aiconfig',
    },
    pr: {
      type: 'boolean',
      negatable: true,
      help: 'whether the run is about a pull request (default: as the CI system says)',
    },
    remoteState: {
      type: 'boolean',
      help: 'keep the state in the control plane, for jobs on several machines',
    },
    localStatePath: stateOptions.localStatePath,
    gracefulExit: stateOptions.gracefulExit,
  },
  examples: ['chainloop attestation init --project web --workflow build'],

  async run(session, options) {
    checkCombination(options)
    const version = await versionOf(options, session.io.cwd)
    const collectors = collectorsOf(options.collectors)
    const client = await session.client({ retryMs: CRAFTING_RETRY_MS, keyless: 'start' })
    const { initAttestation } = await import('@chainloop/sdk/attestation/init')
    const { io, settings } = session

    const started = await initAttestation(
      client,
      {
        project: options.project,
        workflow: options.workflow,
        contract: await contractSource(options.contract, session),
        contractRevision: options.contractRevision,
        version,
        requireExistingVersion: options.existingVersion,
        useLatestVersion: options.latestVersion,
        release: options.release,
        markAsLatest: options.markLatest,
        dryRun: options.dryRun,
        replace: options.replace,
        isPullRequest: options.pr,
        state:
          options.remoteState === true
            ? { type: 'remote' }
            : { type: 'local', path: options.localStatePath },
      },
      { cwd: io.cwd, env: io.env, token: settings.token.value },
    )
    for (const warning of started.warnings) io.warn(warning)
    announce(session, started.session)
    const wanted = started.wantsAgentConfig ? (['aiconfig'] as const) : collectors
    return statusJson(await withCollected(session, client, { ...options, ...started, wanted }))
  },

  view: (status) => statusView(status, { full: true }),
})

function announce(
  { io }: { readonly io: { info(message: string): void } },
  session: AttestationStatus['session'],
): void {
  const { dryRun, workflow } = session.state
  io.info(
    dryRun
      ? `dry run of ${workflow.project}/${workflow.name}: nothing will be stored`
      : `attestation of ${workflow.project}/${workflow.name} started, run ${workflow.runId}`,
  )
}
