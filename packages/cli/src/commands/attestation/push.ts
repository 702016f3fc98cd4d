import type { Material } from '@chainloop/attestation/materials/material'

import { defineCommand } from '../../core/command.ts'
import { durationSeconds } from '../../core/duration.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { startWaiting } from '../../core/progress.ts'
import { text } from '../../core/view.ts'
import { evaluationReport } from '../../reports/evaluation-report.ts'
import { reportOptions, writeReports } from '../../reports/report.ts'
import { chosenSigner, signerOptions } from './signer-options.ts'
import { CRAFTING_RETRY_MS, stateLocation, stateOptions } from './state-options.ts'
import { statusJson } from './status-json.ts'
import { statusView } from './status-view.ts'

export const attestationPush = defineCommand({
  name: 'attestation push',
  summary: 'Sign the attestation and store it',
  details:
    'Nothing is stored while something is outstanding. Ends with exit code 4 when the attestation is stored but a policy that is a gate does not hold, or has no verdict after --policy-wait.',
  options: {
    annotation: { type: 'pairs', help: 'a value that the contract left open' },
    bundle: { type: 'string', placeholder: 'path', help: 'write the signed bundle to a file' },
    exceptionBypassPolicyCheck: {
      type: 'boolean',
      help: 'ask for a closed gate to be passed over; recorded, and decided by the control plane',
    },
    deactivateCiReport: { type: 'boolean', help: 'do not write a summary for the CI system' },
    policyWait: {
      type: 'string',
      placeholder: 'duration',
      default: '10m',
      help: 'how long to wait for policies that are a gate and still being evaluated',
    },
    ...reportOptions,
    ...signerOptions,
    ...stateOptions,
  },
  examples: [
    'chainloop attestation push --bundle attestation.json',
    'chainloop attestation push --key cosign.key',
  ],

  async run(session, options) {
    const client = await session.client({ retryMs: CRAFTING_RETRY_MS, keyless: 'continue' })
    const { pushAttestation } = await import('@chainloop/sdk/attestation/push')
    const waitMs = durationSeconds('--policy-wait', options.policyWait) * 1000
    using waiting = startWaiting(session.io, 'the control plane is evaluating the policies')
    const pushed = await pushAttestation(client, {
      state: stateLocation(options),
      annotations: options.annotation,
      bypassPolicyCheck: options.exceptionBypassPolicyCheck,
      signer: await chosenSigner(session, options),
      timestampAuthorities: options.tsaUrl,
      wait: { milliseconds: waitMs, onWait: waiting.report },
    })
    for (const name of pushed.ignored) {
      session.io.warn(`the annotation ${name} has a value already; the one given was not used`)
    }
    if (options.bundle !== undefined && pushed.digest !== undefined) {
      const { writeFile } = await import('node:fs/promises')
      await writeFile(options.bundle, pushed.bundle, { mode: 0o600 })
    }
    const { policyEvaluations, materials } = pushed.session.state
    await writeReports(
      options,
      evaluationReport(policyEvaluations, (name) => fileOf(materials, name)),
    )
    const status = statusJson({ session: pushed.session, outstanding: [] }, pushed.digest)
    if (options.deactivateCiReport !== true && pushed.digest !== undefined) {
      const { writeCiReport } = await import('./ci-report.ts')
      await writeCiReport(session.io, status)
    }
    return { ...status, blockers: pushed.blockers, evaluating: pushed.evaluating }
  },

  view: (status) =>
    status.dryRun
      ? [text('dry run: complete, nothing was signed or stored')]
      : [
          ...statusView(status, { full: true }),
          text(
            `attestation ${status.digest}`,
            ...(status.evaluating ? ['its policies are still being evaluated'] : []),
          ),
        ],

  exit: ({ blockers, dryRun, evaluating }) => {
    const [first] = blockers
    if (first === undefined) return undefined
    const fate = dryRun ? 'the attestation would be stored' : 'the attestation is stored'
    return {
      code: EXIT.gate,
      error: new Refused(
        `${blockers.join('; ')}; ${fate}, the gate stays closed`,
        evaluating
          ? 'chainloop workflow run describe shows the verdict once there is one'
          : undefined,
      ),
    }
  },
})

/** The name of the file that a material was; undefined for texts, images and the attestation as a whole. */
function fileOf(materials: readonly Material[], name: string | undefined): string | undefined {
  const what = materials.find((material) => material.name === name)?.what
  return what?.type === 'file' ? what.filename : undefined
}
