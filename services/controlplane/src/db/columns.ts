import type { ColumnType, Generated } from 'kysely'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** Read as a value, written as its JSON text: both drivers take text, and only one takes values. */
export type JsonColumn<T = { readonly [key: string]: Json }> = ColumnType<
  T,
  string | undefined,
  string
>
export type GeneratedAt = ColumnType<Date, Date | undefined, Date>
export type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>

export interface Row {
  id: Generated<string>
  created_at: GeneratedAt
}

export interface TenantRow extends Row {
  organization_id: string
}
