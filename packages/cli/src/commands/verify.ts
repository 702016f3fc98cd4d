import type { VerifyArtifactInput } from '@chainloop/sdk/verify/verify-artifact'

import { defineCommand } from '../core/command.ts'
import { durationSeconds } from '../core/duration.ts'
import { EXIT, Refused, UsageError } from '../core/exit.ts'
import { record } from '../core/view.ts'

export const verify = defineCommand({
  name: 'verify',
  summary: 'Decide whether an artifact may be deployed',
  details:
    'The control plane verifies the artifact again and signs what it found; that verification summary is verified here, and has to meet what is asked. Ends with exit code 0 when the artifact is admitted and 1 when it is not. With --bundle and --trusted-root nothing is asked of any server. Policies are documents of kind Policy whose scripts judge ATTESTATION; their input is the statement of the summary.',
  options: {
    digest: { type: 'string', short: 'd', required: true, help: 'sha256:<hex> of the artifact' },
    policy: { type: 'list', short: 'p', placeholder: 'path', help: 'a policy that has to hold' },
    input: { type: 'pairs', help: 'an input of the policies' },
    level: { type: 'integer', default: 1, help: 'SLSA build level that is needed, 1 to 3' },
    contract: {
      type: 'string',
      placeholder: 'name',
      help: 'contract that had to be met: name, name@revision or sha256:<hex>',
    },
    resource: { type: 'string', placeholder: 'uri', help: 'what the artifact has to be' },
    maxAge: {
      type: 'string',
      placeholder: 'duration',
      help: 'how long ago it may have been verified, such as 24h; for --bundle',
    },
    refuseExceptions: {
      type: 'boolean',
      help: 'refuse what was let through by an exception or a broken gate',
    },
    bundle: { type: 'string', short: 'b', placeholder: 'path', help: 'a summary at hand' },
    trustedRoot: {
      type: 'list',
      placeholder: 'path',
      help: "trusted root of provenance (default: the control plane's)",
    },
    verifier: {
      type: 'string',
      placeholder: 'url',
      help: 'who must have verified, such as https://chainloop.example/provenance (default: whomever the root certifies)',
    },
    wait: {
      type: 'string',
      placeholder: 'duration',
      default: '30s',
      help: 'how long pending provenance is waited for',
    },
    allowedHostnames: { type: 'list', help: 'hosts that scripts may ask' },
  },
  examples: [
    'chainloop verify --digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --level 2 --policy deploy.yaml',
  ],

  async run(session, options) {
    const { isDigest } = await import('@chainloop/attestation/digest')
    const { verifyArtifact } = await import('@chainloop/sdk/verify/verify-artifact')
    const { readFile } = await import('node:fs/promises')
    const { digest, bundle, trustedRoot, verifier, maxAge } = options
    if (!isDigest(digest)) throw new UsageError('--digest is sha256: and 64 hexadecimal digits')
    const input: VerifyArtifactInput = {
      digest,
      bundle: bundle === undefined ? undefined : await readFile(bundle),
      trustedRoots: await Promise.all(trustedRoot.map((path) => readFile(path))),
      verifier,
      minimumLevel: levelOf(options.level),
      contract: options.contract,
      resourceUri: options.resource,
      maxAgeMs: maxAge === undefined ? undefined : durationSeconds('--max-age', maxAge) * 1000,
      refuseDeviations: options.refuseExceptions ?? false,
      policies: options.policy,
      policyInputs: options.input,
      hostnames: options.allowedHostnames,
      waitMs: durationSeconds('--wait', options.wait) * 1000,
    }
    const isOffline = bundle !== undefined && trustedRoot.length > 0
    const client = isOffline ? undefined : await session.client({ anonymous: bundle !== undefined })
    const { summary, ...verdict } = await verifyArtifact(input, client)
    const { verifier: by, timeVerified, resourceUri, policy, verifiedLevels } = summary
    const { deviations } = summary
    return {
      ...verdict,
      resourceUri,
      verifier: by,
      timeVerified,
      policy,
      verifiedLevels,
      deviations,
    }
  },

  view: (result) => [
    record([
      ['admitted', result.admitted],
      ['because', result.reasons.join('\n')],
      ['artifact', result.digest],
      ['which is', result.resourceUri],
      ['levels', result.verifiedLevels.join(', ')],
      ['contract', result.policy.uri],
      ['verified by', result.verifier],
      ['verified at', result.timeVerified],
      [
        'let through',
        result.deviations
          .map(({ type, policy, reason, by }) => `${type} ${policy} by ${by}: ${reason}`)
          .join('\n'),
      ],
    ]),
  ],

  exit: ({ admitted, reasons }) =>
    admitted
      ? undefined
      : { code: EXIT.failed, error: new Refused(`not admitted: ${reasons.join('; ')}`) },
})

function levelOf(level: number): 1 | 2 | 3 {
  if (level === 1 || level === 2 || level === 3) return level
  throw new UsageError('--level is 1, 2 or 3')
}
