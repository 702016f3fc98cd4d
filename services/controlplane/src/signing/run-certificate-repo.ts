import type { Db } from '../db/db.ts'
import type { RunReference } from '../runs/run-repo.ts'
import type { IssuedCertificate } from './job-ca.ts'

export async function insert(
  tx: Db,
  run: RunReference,
  { issuedTo, ...certificate }: IssuedCertificate & { readonly issuedTo: string },
): Promise<void> {
  await tx
    .insertInto('run_certificates')
    .values({
      organization_id: run.organizationId,
      run_id: run.id,
      serial: certificate.serial,
      fingerprint: certificate.fingerprint,
      issued_to: issuedTo,
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
    })
    .execute()
}

/** Whom a certificate of this run was issued to; undefined for one of another run, or of nobody. */
export async function findIssuedTo(
  db: Db,
  run: RunReference,
  fingerprint: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('run_certificates')
    .select('issued_to')
    .where('organization_id', '=', run.organizationId)
    .where('run_id', '=', run.id)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  return row?.issued_to
}

export async function count(db: Db, run: RunReference): Promise<number> {
  const { issued } = await db
    .selectFrom('run_certificates')
    .select(({ fn }) => fn.countAll<number | bigint>().as('issued'))
    .where('organization_id', '=', run.organizationId)
    .where('run_id', '=', run.id)
    .executeTakeFirstOrThrow()
  return Number(issued)
}
