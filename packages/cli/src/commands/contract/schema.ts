import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'

export const contractSchema = defineCommand({
  name: 'workflow contract schema',
  summary: 'Print the JSON Schema of contracts',
  details:
    'Editors complete and check contracts with it: save it, and begin a contract with `# yaml-language-server: $schema=contract.schema.json`.',
  options: {},
  examples: ['chainloop workflow contract schema > contract.schema.json'],

  async run() {
    const { contractJsonSchema } = await import('@chainloop/attestation/contract/contract-schema')
    return contractJsonSchema
  },

  view: (schema) => [text(JSON.stringify(schema, undefined, 2))],
})
