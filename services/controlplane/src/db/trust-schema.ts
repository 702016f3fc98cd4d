import type { ColumnType, Generated } from 'kysely'

export interface TrustRuleRow {
  id: Generated<string>
  organization_id: string
  project_id: string
  name: string
  platform: string
  issuer: string
  claims: ColumnType<Readonly<Record<string, string>>, string, never>
  rights: Generated<string[]>
  created_by: string
  created_at: ColumnType<Date, undefined, never>
  removed_at: Date | null
}

export interface TrustSchema {
  trust_rules: TrustRuleRow
}
