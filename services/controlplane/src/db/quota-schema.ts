import type { Generated } from 'kysely'

import type { GeneratedAt } from './columns.ts'

export interface DiscoveryRequestRow {
  id: Generated<string>
  organization_id: string
  partner_id: string
  created_by: string
  created_at: GeneratedAt
}

/** Of the whole instance. */
export interface InstanceQuotaRow {
  resource: string
  value: number
}

export interface OrganizationQuotaRow {
  organization_id: string
  resource: string
  /** Null: without limit, whatever the instance's is. */
  value: number | null
  updated_at: GeneratedAt
}

export interface OrganizationStorageRow {
  organization_id: string
  bytes: Generated<number>
}

export interface QuotaSchema {
  discovery_requests: DiscoveryRequestRow
  instance_quotas: InstanceQuotaRow
  organization_quotas: OrganizationQuotaRow
  organization_storage: OrganizationStorageRow
}
