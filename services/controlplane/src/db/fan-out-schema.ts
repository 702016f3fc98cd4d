import type { Generated } from 'kysely'

import type { GeneratedAt, JsonColumn, TenantRow } from './columns.ts'

export interface IntegrationPluginRow {
  id: string
  version: string
  description: Generated<string>
  registration_schema: JsonColumn
  attachment_schema: JsonColumn
  subscribed_materials: Generated<string[]>
  validates_registration: Generated<boolean>
  validates_attachment: Generated<boolean>
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
  retry_for_seconds: Generated<number>
  order_key: Generated<string>
  deleted_at: Date | null
}

/** The way to a registration's target, as all replicas know it. */
export interface DeliveryLaneRow {
  integration_id: string
  organization_id: string
  max_concurrency: Generated<number>
  /** Null: no limit. */
  max_per_second: number | null
  paused_at: Date | null
  pause_reason: Generated<string>
  /** In a row. */
  failures: Generated<number>
  /** Of the circuit breaker, without a delivery between them. */
  openings: Generated<number>
  /** Null: the circuit is closed. */
  open_until: Date | null
  /** One delivery was let through to see whether the target is back. */
  probing: Generated<boolean>
  last_error: Generated<string>
  /** So much is ready that what comes now waits outside of the queue's head. */
  backlogged: Generated<boolean>
  released_at: GeneratedAt
  created_at: GeneratedAt
}

export interface ReplayRow extends TenantRow {
  project_id: string
  workflow_id: string
  attachment_id: string
  generation: number
  state: Generated<'running' | 'done' | 'cancelled'>
  since: Date | null
  until: Date
  run_id: string | null
  digest: Generated<string>
  per_minute: number
  total: number
  sent: Generated<number>
  /** Of the attestation that was sent last. */
  sent_to: Date | null
  sent_to_id: string | null
  advanced_at: GeneratedAt
  finished_at: Date | null
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
  state: Generated<'pending' | 'delivered' | 'failed' | 'cancelled' | 'skipped'>
  /** Why its job waits outside of the queue's head. */
  held: Generated<'' | 'paused' | 'broken' | 'order' | 'backlog' | 'rate'>
  order_key: Generated<string>
  /** In which order they were queued, within an order key. */
  sequence: Generated<number>
  next_attempt_at: Date | null
  changed_at: GeneratedAt
  replay_id: string | null
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
  outcome: Generated<
    '' | 'delivered' | 'skipped' | 'retryable' | 'throttled' | 'permanent' | 'lost'
  >
  response_code: Generated<number>
  detail: Generated<string>
  duration_ms: Generated<number>
  started_at: Date
}

export interface FanOutSchema {
  integration_plugins: IntegrationPluginRow
  integrations: IntegrationRow
  integration_attachments: IntegrationAttachmentRow
  delivery_lanes: DeliveryLaneRow
  replays: ReplayRow
  deliveries: DeliveryRow
  delivery_attempts: DeliveryAttemptRow
}
