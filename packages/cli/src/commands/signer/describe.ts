import { defineCommand } from '../../core/command.ts'
import { record, text } from '../../core/view.ts'

export const signerDescribe = defineCommand({
  name: 'organization signer describe',
  summary: 'Show a signer with its public key or root',
  options: {
    name: { type: 'string', required: true, help: 'name of the signer' },
  },
  examples: [
    'chainloop organization signer describe --name release -o json | jq -r .material > cosign.pub',
  ],

  async run(session, { name }) {
    const client = await session.client()
    const { toRegisteredSigner } = await import('@chainloop/sdk/model/signer')
    const { signer } = await client.signers.describe({ reference: { case: 'name', value: name } })
    return toRegisteredSigner(signer)
  },

  view: (signer) => [
    record([
      ['name', signer.name],
      ['for', signer.purpose],
      ['kind', signer.kind],
      ['algorithm', signer.algorithm],
      ['fingerprint', signer.fingerprint],
      ['identity', signer.identity],
      ['issuer', signer.issuer],
      ['projects', signer.projects.length === 0 ? 'all' : signer.projects.join(', ')],
      ['from', signer.notBefore?.toISOString()],
      ['until', signer.notAfter?.toISOString()],
    ]),
    text(signer.material.trimEnd()),
  ],
})
