import { defineCommand } from '../../../core/command.ts'
import { text } from '../../../core/view.ts'

export const deliveryReceipt = defineCommand({
  name: 'integration delivery receipt',
  summary: 'Export what became of a delivery, signed by the control plane',
  details:
    'A DSSE envelope with an in-toto statement about the attestation, signed with the key of the evidence logs. `integration delivery verify` checks it without a server.',
  options: {
    id: { type: 'string', required: true, help: 'id of the delivery' },
    file: { type: 'string', placeholder: 'path', help: 'write the receipt to a file' },
    'key-file': { type: 'string', placeholder: 'path', help: 'write the public key to a file' },
  },
  examples: [
    'chainloop integration delivery receipt --id 0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a01 --file receipt.json --key-file log.pem',
  ],

  async run(session, { id, file, 'key-file': keyFile }) {
    const client = await session.client()
    const { envelope, publicKey } = await client.deliveries.getReceipt({ id })
    const { writeFile } = await import('node:fs/promises')
    if (file !== undefined) await writeFile(file, envelope)
    if (keyFile !== undefined) await writeFile(keyFile, publicKey)
    return { receipt: Buffer.from(envelope).toString(), publicKey, file }
  },

  view: ({ receipt, file }) => [text(file === undefined ? receipt : `written to ${file}`)],
})
