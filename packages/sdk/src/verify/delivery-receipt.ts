import { type KeyObject, createPublicKey, verify } from 'node:crypto'

import { envelopeAt } from '@chainloop/attestation/dsse/envelope'
import { pae } from '@chainloop/attestation/dsse/pae'
import { Misshapen, root } from '@chainloop/attestation/json/shape'

/** What a control plane says became of a delivery. */
export interface DeliveryReceipt {
  readonly attestationDigest: string
  readonly issuer: string
  readonly integration: string
  readonly deliveryId: string
  readonly state: string
  readonly finishedAt: string
}

/** The receipt is not what the key signed. */
export class InvalidReceipt extends Error {
  override readonly name = 'InvalidReceipt'
}

const predicateType = 'https://chainloop.dev/delivery-receipt/v1'

/** Needs no server. `publicKey` is PEM, Ed25519. Throws `InvalidReceipt`. */
export function verifyDeliveryReceipt(text: string, publicKey: string): DeliveryReceipt {
  try {
    const { payloadType, payload, signature } = envelopeAt(root(JSON.parse(text)))
    if (!verify(undefined, pae(payloadType, payload), keyOf(publicKey), signature)) {
      throw new InvalidReceipt('it was not signed with this key, or was changed since')
    }
    return contentOf(JSON.parse(Buffer.from(payload).toString()))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof SyntaxError) {
      throw new InvalidReceipt(`it is no receipt: ${cause.message}`, { cause })
    }
    throw cause
  }
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Said below.
  }
  throw new InvalidReceipt('the key is no public Ed25519 key in PEM')
}

interface Statement {
  readonly predicateType: string
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[]
  readonly predicate: Omit<DeliveryReceipt, 'attestationDigest'>
}

/** The signature is checked: its issuer has said what it is. */
function contentOf(value: unknown): DeliveryReceipt {
  const { predicateType: type, subject, predicate } = value as Statement
  if (type !== predicateType) throw new InvalidReceipt(`it is something else: ${type}`)
  const { issuer, integration, deliveryId, state, finishedAt } = predicate
  const attestationDigest = `sha256:${subject[0]?.digest.sha256}`
  return { attestationDigest, issuer, integration, deliveryId, state, finishedAt }
}
