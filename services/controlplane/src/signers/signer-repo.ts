import type { Db } from '../db/db.ts'
import { isSignerKind, isSignerPurpose } from './signer.ts'
import type { Signer, SignerProject, SignerPurpose } from './signer.ts'

export type NewSigner = Omit<Signer, 'id' | 'createdAt'> & { readonly createdBy: string }

/** Undefined when a live signer of the organization has that name or that public key. */
export async function insert(tx: Db, signer: NewSigner): Promise<Signer | undefined> {
  const { organizationId, projects } = signer
  const row = await tx
    .insertInto('signers')
    .values({
      organization_id: organizationId,
      name: signer.name,
      kind: signer.kind,
      fingerprint: signer.fingerprint,
      purpose: signer.purpose,
      material: signer.material,
      identity: signer.identity,
      issuer: signer.issuer,
      all_projects: projects === undefined,
      not_before: signer.notBefore,
      not_after: signer.notAfter ?? null,
      created_by: signer.createdBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'created_at'])
    .executeTakeFirst()
  if (!row) return undefined
  if (projects && projects.length > 0) {
    const values = projects.map(({ id }) => ({
      organization_id: organizationId,
      signer_id: row.id,
      project_id: id,
    }))
    await tx.insertInto('signer_projects').values(values).execute()
  }
  return { ...signer, id: row.id, createdAt: row.created_at }
}

export interface SignerFilter {
  readonly organizationId: string
  readonly name?: string
  readonly fingerprint?: string
  readonly purpose?: SignerPurpose
}

/** Live ones, oldest first. */
export async function list(db: Db, filter: SignerFilter): Promise<Signer[]> {
  const { organizationId, name, fingerprint, purpose } = filter
  const rows = await db
    .selectFrom('signers')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('removed_at', 'is', null)
    .where((where) =>
      where.and([
        ...(name === undefined ? [] : [where('name', '=', name)]),
        ...(fingerprint === undefined ? [] : [where('fingerprint', '=', fingerprint)]),
        ...(purpose === undefined ? [] : [where('purpose', '=', purpose)]),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const projects = await projectsOf(
    db,
    organizationId,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    kind: isSignerKind(row.kind) ? row.kind : 'public_key',
    fingerprint: row.fingerprint,
    purpose: isSignerPurpose(row.purpose) ? row.purpose : 'materials',
    material: row.material,
    identity: row.identity,
    issuer: row.issuer,
    projects: row.all_projects ? undefined : (projects.get(row.id) ?? []),
    notBefore: row.not_before,
    notAfter: row.not_after ?? undefined,
    createdAt: row.created_at,
  }))
}

/** Projects that were deleted are left out: a signer of those alone may sign for nothing. */
async function projectsOf(
  db: Db,
  organizationId: string,
  signerIds: readonly string[],
): Promise<ReadonlyMap<string, SignerProject[]>> {
  if (signerIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('signer_projects')
    .innerJoin('projects', 'projects.id', 'signer_projects.project_id')
    .where('signer_projects.organization_id', '=', organizationId)
    .where('signer_projects.signer_id', 'in', signerIds)
    .where('projects.deleted_at', 'is', null)
    .select(['signer_projects.signer_id', 'projects.id', 'projects.name'])
    .orderBy('projects.name')
    .execute()
  return Map.groupBy(rows, ({ signer_id: signerId }) => signerId)
}

/** Locks the signer against being removed until the transaction ends. */
export async function isLive(
  tx: Db,
  { organizationId, id }: Pick<Signer, 'organizationId' | 'id'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('signers')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  return row !== undefined
}

/** The row stays: attestations and the audit log refer to it. */
export async function remove(
  tx: Db,
  { organizationId, id }: Pick<Signer, 'organizationId' | 'id'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('signers')
    .set({ removed_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
