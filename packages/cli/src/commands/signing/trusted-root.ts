import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'

export const signingTrustedRoot = defineCommand({
  name: 'signing trusted-root',
  summary: 'Print what a verifier has to trust',
  details:
    'A Sigstore trusted_root document. The root of attestations certifies CI jobs; the root of provenance holds keys that only the control plane has. They are never mixed.',
  options: {
    for: {
      type: 'string',
      choices: ['attestations', 'provenance'],
      default: 'attestations',
      help: 'which of the two roots',
    },
    withLog: {
      type: 'boolean',
      help: "list the organization's transparency log, too: bundles then need its proof",
    },
  },
  examples: ['chainloop signing trusted-root --for attestations > trusted_root.json'],

  async run(session, options): Promise<unknown> {
    const { fetchTrustedRoot, fetchTrustedRootWithLog } =
      await import('@chainloop/sdk/verify/trusted-root')
    const withLog = options.withLog === true
    const client = await session.client({ anonymous: !withLog })
    const purpose = options.for === 'provenance' ? 'provenance' : 'attestations'
    const fetchRoot = withLog ? fetchTrustedRootWithLog : fetchTrustedRoot
    return JSON.parse(Buffer.from(await fetchRoot(client, purpose)).toString('utf8'))
  },

  view: (root) => [text(JSON.stringify(root, undefined, 2))],
})
