import { type RawBuilder, sql } from 'kysely'

export interface Stored {
  readonly organizationId: string
  readonly backendId: string
}

/**
 * Whether something keeps a blob: a right to read it, an attestation of the organization wherever its bytes are, an
 * upload of a run that is open or of a moment ago, a legal hold of a project that has uploaded it.
 */
export function isKept(
  { organizationId, backendId }: Stored,
  digest: RawBuilder<string>,
  graceMs: number,
): RawBuilder<boolean> {
  return sql<boolean>`(
    exists (select 1 from cas_mappings m
      where m.organization_id = ${organizationId} and m.cas_backend_id = ${backendId}
        and m.digest = ${digest})
    or exists (select 1 from referrers f
      where f.organization_id = ${organizationId} and f.digest = ${digest})
    or exists (select 1 from upload_receipts u
      left join runs r on r.id = u.run_id and r.organization_id = u.organization_id
      left join retention_policies p
        on p.project_id = u.project_id and p.organization_id = u.organization_id
      where u.organization_id = ${organizationId} and u.cas_backend_id = ${backendId}
        and u.digest = ${digest}
        and (r.state = 'initialized' or p.legal_hold or u.created_at > ${before(graceMs)}))
  )`
}

/** By the database's clock, which all replicas share. */
export function before(ms: number): RawBuilder<Date> {
  return sql<Date>`now() - ${ms} * interval '1 millisecond'`
}
