import type { Delivery, PreviewedMessage, Receipt } from '@chainloop/plugin-sdk/delivery'
import type { Egress } from '@chainloop/plugin-sdk/egress'
import type { TargetFacts } from '@chainloop/plugin-sdk/plugin'

import type { PluginDescription } from './description.ts'

type Settings = Readonly<Record<string, unknown>>

/** A delivery without the ways out: those are where the plugin runs. */
export type DeliveryRequest = Omit<Delivery<Settings, Settings>, keyof Egress>

export interface ValidationRequest {
  readonly registration: Settings
  /** Undefined: only the registration is tried. */
  readonly attachment: Settings | undefined
  readonly signal: AbortSignal
}

/** A plugin, wherever it runs. Each call throws `DeliveryError`, whatever the plugin threw. */
export interface PluginRunner extends PluginDescription {
  deliver(request: DeliveryRequest): Promise<Receipt>
  validate(request: ValidationRequest): Promise<TargetFacts>
  /** What `deliver` would send; nothing is sent. */
  preview(request: DeliveryRequest): Promise<readonly PreviewedMessage[]>
}
