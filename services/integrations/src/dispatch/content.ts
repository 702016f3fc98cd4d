import { z } from 'zod'

import { DeliveryError } from '../delivery-error.ts'
import type { DeliveredAttestation } from '../plugin.ts'

const record = z.record(z.string(), z.unknown())
const bundleWithEnvelope = z.object({ dsseEnvelope: record.and(z.object({ payload: z.base64() })) })

/** Reads what the bundle carries. The control plane has verified it; this only takes it apart. */
export function readBundle(
  bundle: Uint8Array,
): Pick<DeliveredAttestation, 'envelope' | 'statement'> {
  try {
    const { dsseEnvelope } = bundleWithEnvelope.parse(JSON.parse(Buffer.from(bundle).toString()))
    const payload = Buffer.from(dsseEnvelope.payload, 'base64').toString()
    return { envelope: dsseEnvelope, statement: record.parse(JSON.parse(payload)) }
  } catch (cause) {
    throw new DeliveryError('permanent', 'the stored bundle has no readable statement', { cause })
  }
}
