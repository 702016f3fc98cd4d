import type {
  DeliveredAttestation,
  DeliveredMaterial,
  Receipt,
} from '@chainloop/plugin-sdk/delivery'
import type { Plugin } from '@chainloop/plugin-sdk/plugin'

import { openEgress } from '../host/egress.ts'
import { exampleAttestation } from './attestation.ts'

export interface TestDelivery {
  readonly registration: Readonly<Record<string, unknown>>
  readonly attachment?: Readonly<Record<string, unknown>>
  readonly attestation?: DeliveredAttestation
  readonly materials?: readonly DeliveredMaterial[]
  readonly texts?: Readonly<Record<string, string>>
  /** Loopback when absent. */
  readonly allow?: readonly string[]
}

/** One attempt of a plugin through the guard, as the worker makes it. Every name is 127.0.0.1. */
export async function deliverTo(plugin: Plugin, delivery: TestDelivery): Promise<Receipt> {
  const { registration, attachment = {}, attestation = exampleAttestation } = delivery
  const { materials = [], texts = {} } = delivery
  const egress = {
    allow: delivery.allow ?? ['127.0.0.1'],
    resolve: async () => [{ address: '127.0.0.1' }],
  }
  await using ways = openEgress(egress)
  return await plugin.deliver({
    attestation,
    materials,
    registration,
    attachment,
    idempotencyKey: 'key-1',
    texts,
    ...ways,
    signal: new AbortController().signal,
  })
}
