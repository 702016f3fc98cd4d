import type { ColumnType } from 'kysely'

/** What must not happen twice. */
export interface OnceSchema {
  idempotency_keys: IdempotencyKeyRow
  identity_tokens: IdentityTokenRow
}

export interface IdempotencyKeyRow {
  organization_id: string
  actor_id: string
  key: string
  procedure: string
  request_digest: string
  response: ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>
  created_at: ColumnType<Date, Date | undefined, Date>
}

/** Identity tokens that opened a run; of the whole instance. */
export interface IdentityTokenRow {
  issuer: string
  token_id: string
  expires_at: Date
}
