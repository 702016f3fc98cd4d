import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'

export const signingVsaKey = defineCommand({
  name: 'signing vsa-key',
  summary: 'Print the public key of the plain verification summaries',
  details: 'For verifiers that take a key instead of a trusted root, such as slsa-verifier.',
  options: {},

  async run(session) {
    const client = await session.client({ anonymous: true })
    const { publicKey, keyId } = await client.summaries.getPublicKey({})
    return { publicKey, keyId }
  },

  view: ({ publicKey }) => [text(publicKey.trimEnd())],
})
