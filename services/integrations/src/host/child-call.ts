import type { Delivery } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Egress } from '@chainloop/plugin-sdk/egress'
import type { Plugin } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { readBundle } from '../dispatch/content.ts'
import type { ParentMaterials } from './child-materials.ts'
import type { CallData, Method } from './messages.ts'
import { openRecordingEgress } from './recording-egress.ts'

export interface CallContext {
  readonly plugin: Plugin
  readonly egress: Egress
  readonly materials: ParentMaterials
}

export interface ChildCall {
  readonly call: number
  readonly given: CallData
  readonly signal: AbortSignal
}

/** What the parent asks of the plugin. */
export const methods: Readonly<
  Record<Method, (context: CallContext, call: ChildCall) => Promise<unknown>>
> = {
  deliver: (context, call) => context.plugin.deliver(deliveryFor(context, call, context.egress)),
  async validate({ plugin, egress }, { given, signal }) {
    const { registration, attachment } = given
    if (attachment === undefined) {
      return plugin.validate?.({ ...egress, registration, signal })
    }
    await plugin.validateAttachment?.({ ...egress, registration, attachment, signal })
    return {}
  },
  async preview(context, call) {
    using egress = openRecordingEgress()
    const delivery = deliveryFor(context, call, egress)
    if (context.plugin.preview) return await context.plugin.preview(delivery)
    try {
      await context.plugin.deliver(delivery)
    } catch (cause) {
      // What a plugin makes of an answer that nobody gave says nothing about the requests before.
      if (egress.messages.length === 0) throw cause
    }
    return egress.messages
  },
}

const attestationShape = z.looseObject({ bundle: z.instanceof(Uint8Array) })

function deliveryFor(
  { materials }: CallContext,
  { call, given, signal }: ChildCall,
  egress: Egress,
): Delivery<unknown, unknown> {
  const { registration, attachment, delivery } = given
  if (!delivery) throw new DeliveryError('permanent', 'there is nothing to deliver')
  const { bundle } = attestationShape.parse(delivery.attestation)
  return {
    ...egress,
    registration,
    attachment,
    signal,
    texts: delivery.texts,
    idempotencyKey: delivery.idempotencyKey,
    attestation: { ...delivery.attestation, ...readBundle(bundle) } as Delivery<
      unknown,
      unknown
    >['attestation'],
    materials: materials.of(call, delivery.materials),
  }
}
