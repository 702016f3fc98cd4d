import { pae } from '@chainloop/attestation/dsse/pae'
import { conflict } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import type { LogKeys } from '../signing/log-keys.ts'
import type { Delivery } from './delivery.ts'
import { describeDelivery } from './describe-delivery.ts'

interface Deps extends Pick<Context, 'db'> {
  readonly signing: { readonly log: Pick<LogKeys, 'signers'> }
  readonly config: Pick<Config, 'issuer'>
}

export interface DeliveryReceipt {
  /** JSON of a DSSE envelope; its payload is an in-toto statement. */
  readonly envelope: string
  /** PEM. */
  readonly publicKey: string
}

const payloadType = 'application/vnd.in-toto+json'
const receiptPredicateType = 'https://chainloop.dev/delivery-receipt/v1'

/**
 * What became of a delivery, signed with the key of the evidence logs: it says what this instance saw, which is
 * something else than what a job attested. Throws `conflict` while it is pending.
 */
export async function deliveryReceipt(
  { db, signing, config }: Deps,
  actor: Actor,
  { id }: { id: string },
): Promise<DeliveryReceipt> {
  const delivery = await describeDelivery({ db }, actor, { id })
  if (delivery.state === 'pending') {
    throw conflict('the delivery is pending: there is nothing to sign yet', {
      reason: 'DELIVERY_PENDING',
    })
  }
  const [signer] = signing.log.signers
  if (!signer) {
    throw conflict('this control plane has no key to sign receipts with', {
      reason: 'NO_SIGNING_KEY',
    })
  }
  const statement = statementOf(delivery, { actor, issuer: config.issuer })
  const payload = Buffer.from(JSON.stringify(statement))
  const signature = await signer.sign(pae(payloadType, payload))
  return {
    envelope: JSON.stringify({
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ sig: Buffer.from(signature).toString('base64') }],
    }),
    publicKey: signer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function statementOf(
  delivery: Delivery,
  { actor, issuer }: { readonly actor: Actor; readonly issuer: string },
): object {
  const [algorithm = '', digest = ''] = delivery.attestationDigest.split(':')
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'attestation', digest: { [algorithm]: digest } }],
    predicateType: receiptPredicateType,
    predicate: {
      issuer,
      issuedAt: new Date().toISOString(),
      organization: actor.organizationName,
      project: delivery.projectName,
      workflow: delivery.workflowName,
      runId: delivery.runId,
      integration: delivery.integrationName,
      plugin: delivery.pluginId,
      attachmentId: delivery.attachmentId,
      deliveryId: delivery.id,
      generation: delivery.generation,
      idempotencyKey: delivery.idempotencyKey,
      state: delivery.state,
      queuedAt: delivery.createdAt.toISOString(),
      finishedAt: delivery.finishedAt?.toISOString(),
      attempts: delivery.attempts.map(({ startedAt, ...attempt }) => ({
        ...attempt,
        startedAt: startedAt.toISOString(),
      })),
    },
  }
}
