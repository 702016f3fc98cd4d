import { defineCommand } from '../../core/command.ts'
import { record, table } from '../../core/view.ts'

export const attestationVsa = defineCommand({
  name: 'attestation vsa',
  summary: 'Have an artifact verified, and get the signed summary of that',
  details:
    'The summary (https://slsa.dev/verification_summary/v1) comes as a Sigstore bundle and as a plain DSSE envelope, which `slsa-verifier verify-vsa` and policy engines take together with the key of `signing vsa-key`.',
  options: {
    digest: { type: 'string', short: 'd', required: true, help: 'sha256:<hex> of the artifact' },
    run: { type: 'string', placeholder: 'id', help: 'run that made it (default: the newest)' },
    list: { type: 'boolean', help: 'show those that there are instead' },
    bundle: { type: 'string', placeholder: 'path', help: 'write the Sigstore bundle to a file' },
    envelope: { type: 'string', placeholder: 'path', help: 'write the plain envelope to a file' },
  },
  examples: [
    'chainloop attestation vsa --digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --envelope vsa.json',
  ],

  async run(session, options) {
    const client = await session.client()
    const { toSummary } = await import('@chainloop/sdk/model/provenance')
    const { digest, run: runId = '' } = options
    const summaries =
      options.list === true
        ? (await client.summaries.list({ digest, runId })).summaries.map(toSummary)
        : [toSummary((await client.summaries.create({ digest, runId })).summary)]
    const [newest] = summaries
    const { writeFile } = await import('node:fs/promises')
    if (newest && options.bundle !== undefined) await writeFile(options.bundle, newest.bundle)
    if (newest && options.envelope !== undefined) await writeFile(options.envelope, newest.envelope)
    return {
      listed: options.list ?? false,
      summaries: summaries.map(({ bundle: _bundle, envelope: _envelope, ...shown }) => shown),
    }
  },

  view: ({ listed, summaries }) => {
    const [one] = summaries
    if (!listed && one) {
      return [
        record([
          ['artifact', `${one.artifact}  ${one.name}`],
          ['which is', one.resourceUri],
          ['result', one.result],
          ['because', one.reasons.join('\n')],
          ['levels', one.verifiedLevels.join(', ')],
          ['run', one.runId],
          ['verified at', one.verifiedAt],
          ['summary', one.digest],
        ]),
      ]
    }
    return [
      table(
        ['verified at', 'result', 'levels', 'run', 'summary'],
        summaries.map((each) => [
          each.verifiedAt,
          each.result,
          each.verifiedLevels.join(', '),
          each.runId,
          each.digest,
        ]),
        { empty: 'the artifact has no summaries' },
      ),
    ]
  },
})
