import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { RunStateRow } from '../db/schema.ts'
import type { RunReference } from '../runs/run-repo.ts'

/** What a run has gathered so far, as it is kept. */
export interface SealedState {
  readonly sealed: Uint8Array
  /** Opaque; names these bytes. */
  readonly digest: string
  /** 1 for the first save. */
  readonly revision: number
}

export async function find(db: Db, run: RunReference): Promise<SealedState | undefined> {
  const row = await db
    .selectFrom('run_states')
    .selectAll()
    .where('organization_id', '=', run.organizationId)
    .where('run_id', '=', run.id)
    .executeTakeFirst()
  return row && toSealedState(row)
}

export async function upsert(tx: Db, run: RunReference, state: SealedState): Promise<void> {
  const columns = {
    state: state.sealed,
    digest: state.digest,
    revision: state.revision,
    updated_at: new Date(),
  }
  await tx
    .insertInto('run_states')
    .values({ run_id: run.id, organization_id: run.organizationId, ...columns })
    .onConflict((conflict) =>
      conflict
        .column('run_id')
        .doUpdateSet(columns)
        .where('run_states.organization_id', '=', run.organizationId),
    )
    .execute()
}

export async function remove(tx: Db, run: RunReference): Promise<void> {
  await tx
    .deleteFrom('run_states')
    .where('organization_id', '=', run.organizationId)
    .where('run_id', '=', run.id)
    .execute()
}

function toSealedState(row: Selectable<RunStateRow>): SealedState {
  return { sealed: row.state, digest: row.digest, revision: row.revision }
}
