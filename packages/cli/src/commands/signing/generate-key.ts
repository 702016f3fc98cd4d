import { defineCommand } from '../../core/command.ts'
import { record } from '../../core/view.ts'
import { passwordOf } from '../attestation/signer-options.ts'

export const signingGenerateKey = defineCommand({
  name: 'signing generate-key',
  summary: 'Make a signing key, encrypted as cosign does',
  details:
    'The password comes from CHAINLOOP_SIGNING_PASSWORD or COSIGN_PASSWORD, or is asked for. Existing files are never overwritten.',
  options: {
    outputPrefix: {
      type: 'string',
      default: 'cosign',
      help: 'writes PREFIX.key and PREFIX.pub',
    },
  },
  examples: ['chainloop signing generate-key --output-prefix release'],

  async run(session, { outputPrefix }) {
    const { generateCosignKeyPair } = await import('@chainloop/sdk/signing/generate-key')
    const { writeFile } = await import('node:fs/promises')
    const pair = await generateCosignKeyPair(await passwordOf(session))
    const files = { privateKey: `${outputPrefix}.key`, publicKey: `${outputPrefix}.pub` }
    await writeFile(files.privateKey, pair.privateKey, { mode: 0o600, flag: 'wx' })
    await writeFile(files.publicKey, pair.publicKey, { flag: 'wx' })
    return files
  },

  view: ({ privateKey, publicKey }) => [
    record([
      ['private key', privateKey],
      ['public key', publicKey],
    ]),
  ],
})
