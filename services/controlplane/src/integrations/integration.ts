import type { JsonObject } from './plugin.ts'

/** A plugin with settings, registered by an organization. */
export interface Integration {
  readonly id: string
  readonly organizationId: string
  /** Unique among the organization's. */
  readonly name: string
  readonly pluginId: string
  readonly description: string
  /** Without the secrets. */
  readonly configuration: JsonObject
  readonly createdAt: Date
}

/** A workflow whose attestations go to an integration; the same pair may be attached more than once. */
export interface Attachment {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly workflowId: string
  readonly integration: Integration
  /** Secrets belong to the registration. */
  readonly configuration: JsonObject
  /** For how long a delivery is tried again. */
  readonly retryForSeconds: number
  /** Deliveries to the registration with the same key are made one after another; empty: in no order. */
  readonly orderKey: string
  readonly createdAt: Date
}
