import { createGuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { createGuardedFetch } from '@chainloop/kit/egress/guarded-fetch'

import type { DeliveredAttestation, DeliveredMaterial, Plugin, Receipt } from '../plugin.ts'
import { exampleAttestation } from './attestation.ts'

export interface TestDelivery {
  readonly registration: Readonly<Record<string, unknown>>
  readonly attachment?: Readonly<Record<string, unknown>>
  readonly attestation?: DeliveredAttestation
  readonly materials?: readonly DeliveredMaterial[]
  /** Loopback when absent. */
  readonly allow?: readonly string[]
}

/** One attempt of a plugin through the guard, as the worker makes it. Every name is 127.0.0.1. */
export async function deliverTo(plugin: Plugin, delivery: TestDelivery): Promise<Receipt> {
  const { registration, attachment = {}, attestation = exampleAttestation } = delivery
  const { materials = [] } = delivery
  const egress = {
    allow: delivery.allow ?? ['127.0.0.1'],
    resolve: async () => [{ address: '127.0.0.1' }],
  }
  await using fetch = createGuardedFetch(egress)
  return await plugin.deliver({
    attestation,
    materials,
    registration,
    attachment,
    idempotencyKey: 'key-1',
    fetch,
    connect: createGuardedConnect(egress),
    signal: new AbortController().signal,
  })
}
