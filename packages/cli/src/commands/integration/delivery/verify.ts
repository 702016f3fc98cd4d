import { defineCommand } from '../../../core/command.ts'
import { Refused } from '../../../core/exit.ts'
import { record } from '../../../core/view.ts'

export const deliveryVerify = defineCommand({
  name: 'integration delivery verify',
  summary: 'Verify the receipt of a delivery, without a server',
  options: {
    receipt: { type: 'string', required: true, placeholder: 'path', help: 'the receipt' },
    key: {
      type: 'string',
      required: true,
      placeholder: 'path',
      help: 'public key of the control plane’s evidence logs, in PEM',
    },
  },
  examples: ['chainloop integration delivery verify --receipt receipt.json --key log.pem'],

  async run(_session, { receipt, key }) {
    const { readFile } = await import('node:fs/promises')
    const { InvalidReceipt, verifyDeliveryReceipt } =
      await import('@chainloop/sdk/verify/delivery-receipt')
    try {
      return verifyDeliveryReceipt(await readFile(receipt, 'utf8'), await readFile(key, 'utf8'))
    } catch (cause) {
      if (!(cause instanceof InvalidReceipt)) throw cause
      throw new Refused(`the receipt is not valid: ${cause.message}`)
    }
  },

  view: (one) => [
    record([
      ['verified', true],
      ['state', one.state],
      ['attestation', one.attestationDigest],
      ['integration', one.integration],
      ['finished', one.finishedAt],
      ['delivery', one.deliveryId],
      ['issuer', one.issuer],
    ]),
  ],
})
