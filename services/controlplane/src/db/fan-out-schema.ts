import type { Generated } from 'kysely'

import type { GeneratedAt, JsonColumn, TenantRow } from './columns.ts'

export interface IntegrationPluginRow {
  id: string
  version: string
  description: Generated<string>
  registration_schema: JsonColumn
  attachment_schema: JsonColumn
  subscribed_materials: Generated<string[]>
  announced_at: GeneratedAt
}

export interface IntegrationRow extends TenantRow {
  name: string
  plugin_id: string
  description: Generated<string>
  configuration: JsonColumn
  secret_id: string | null
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface IntegrationAttachmentRow extends TenantRow {
  project_id: string
  workflow_id: string
  integration_id: string
  configuration: JsonColumn
  deleted_at: Date | null
}

export interface DeliveryRow extends TenantRow {
  project_id: string
  workflow_id: string
  run_id: string
  attestation_id: string
  attachment_id: string
  integration_id: string
  generation: Generated<number>
  idempotency_key: Generated<string>
  /** The only job that may deliver it; a retry has a new one. */
  job_id: Generated<string>
  state: Generated<'pending' | 'delivered' | 'failed' | 'cancelled'>
  finished_at: Date | null
}

export interface DeliveryAttemptRow extends TenantRow {
  delivery_id: string
  /** Empty: no job stood behind it. */
  job_id: string
  /** Which try of the job. */
  job_try: number
  number: number
  /** Empty while it is going on. */
  outcome: Generated<'' | 'delivered' | 'retryable' | 'throttled' | 'permanent' | 'lost'>
  response_code: Generated<number>
  detail: Generated<string>
  duration_ms: Generated<number>
  started_at: Date
}

export interface FanOutSchema {
  integration_plugins: IntegrationPluginRow
  integrations: IntegrationRow
  integration_attachments: IntegrationAttachmentRow
  deliveries: DeliveryRow
  delivery_attempts: DeliveryAttemptRow
}
