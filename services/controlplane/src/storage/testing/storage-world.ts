import { randomUUID } from 'node:crypto'

import { silentLogger } from '@chainloop/kit/logger'
import type { Kysely } from 'kysely'

import type { Actor } from '../../auth/actor.ts'
import { createTokens } from '../../auth/tokens.ts'
import * as casBackends from '../../cas-backends/cas-backend-repo.ts'
import type { CasBackend } from '../../cas-backends/cas-backend.ts'
import * as mappings from '../../cas-mappings/cas-mapping-repo.ts'
import { inTransaction } from '../../db/db.ts'
import type { Schema } from '../../db/schema.ts'
import * as receipts from '../../receipts/receipt-repo.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { insertRun } from '../../testing/insert-run.ts'
import {
  actorOf,
  insertOrganization,
  testTokenKeys,
  type TestOrganization,
} from '../../testing/world.ts'
import { describeTask } from '../list-tasks.ts'
import type { StorageTask } from '../task.ts'
import { workOnTask, type WorkDeps } from '../work-on-task.ts'
import { type MemoryStorage, memoryStorage } from './memory-storage.ts'

type Run = Awaited<ReturnType<typeof insertRun>>

export interface StorageWorld extends AsyncDisposable {
  readonly db: Kysely<Schema>
  readonly organization: TestOrganization
  readonly operator: Actor
  readonly storage: MemoryStorage
  /** Without any grace, unless said otherwise. */
  readonly deps: WorkDeps
  /** `from` is the default, `to` is not. */
  readonly from: CasBackend
  readonly to: CasBackend
  run(state?: 'initialized' | 'success' | 'expired'): Promise<Run>
  /** Bytes at the default backend with a receipt; the digest. */
  upload(content: string, run: Run, ageMs?: number): Promise<string>
  /** As Store does it: the right to read, and the graph. */
  attest(digest: string, run: Run, backend?: CasBackend): Promise<void>
  /** The artifact upload of a project, outside of runs. */
  adopt(content: string, run: Run, ageMs?: number): Promise<string>
  /** Works until nothing is due, with a clock that does not wait. */
  finish(task: Pick<StorageTask, 'id'>): ReturnType<typeof describeTask>
  /** Lets whatever is waited for have happened. */
  hurry(): Promise<void>
}

/** One organization with two backends whose bytes are in memory. */
export async function openStorageWorld(): Promise<StorageWorld> {
  await using stack = new AsyncDisposableStack()
  const { db } = stack.use(await openTestDatabase())
  const organization = await insertOrganization(db, 'acme')
  const tokens = createTokens(await testTokenKeys(), 'test')
  const operator = actorOf(organization, 'operator')
  const storage = memoryStorage()
  const from = await casBackends.findDefault(db, { organizationId: organization.id })
  const to = await insertSecond(db, organization.id)
  if (!from || !to) throw new Error('no backends')
  const deps = { db, storage, log: silentLogger, config: { storageGrace: 0 } }
  const places = { db, storage, from, organizationId: organization.id }
  const open = stack.move()

  const world: StorageWorld = {
    db,
    organization,
    operator,
    storage,
    deps,
    from,
    to,
    run: (state = 'initialized') =>
      insertRun({ db, tokens }, { organizationName: organization.name, state }),
    upload: (content, run, ageMs = 0) => upload(places, { content, run, ageMs }),
    attest: (digest, run, backend = from) => attest(places, { digest, run, backend }),
    adopt: (content, run, ageMs = 0) => adopt(places, { content, run, ageMs }),
    async finish({ id }) {
      for (let turn = 0; turn < 100; turn++) {
        await world.hurry()
        if (!(await workOnTask(deps, new AbortController().signal))) break
      }
      return describeTask({ db }, operator, { id })
    },
    hurry: () => hurry(db),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return world
}

function insertSecond(db: Kysely<Schema>, organizationId: string): Promise<CasBackend | undefined> {
  return casBackends.insert(db, {
    id: randomUUID(),
    organizationId,
    name: 'second',
    provider: 'FILESYSTEM',
    location: `${organizationId}/second`,
    description: '',
    maxBlobBytes: 0,
    secretId: undefined,
  })
}

interface Places {
  readonly db: Kysely<Schema>
  readonly storage: MemoryStorage
  readonly from: CasBackend
  readonly organizationId: string
}

interface Content {
  readonly content: string
  readonly run: Run
  readonly ageMs: number
}

async function upload(places: Places, { content, run, ageMs }: Content): Promise<string> {
  const { db, storage, from, organizationId } = places
  const digest = storage.put(from.id, content)
  const transferId = randomUUID()
  await receipts.insertOnce(db, {
    organizationId,
    projectId: run.projectId,
    backendId: from.id,
    runId: run.id,
    transferId,
    digest,
    size: content.length,
    fileName: 'file',
    deduplicated: false,
    digestBound: true,
    sweepEpoch: await epochOf(db, from.id),
  })
  await db
    .updateTable('upload_receipts')
    .set({ created_at: new Date(Date.now() - ageMs) })
    .where('transfer_id', '=', transferId)
    .execute()
  return digest
}

async function attest(
  { db, organizationId }: Places,
  { digest, run, backend }: { digest: string; run: Run; backend: CasBackend },
): Promise<void> {
  const mapping = {
    organizationId,
    projectId: run.projectId,
    backendId: backend.id,
    runId: run.id,
    digest,
    size: 1,
    fileName: 'file',
  }
  const referrer = { organization_id: organizationId, digest, kind: 'ARTIFACT' }
  await inTransaction(db, async (tx) => {
    await mappings.insertMissing(tx, [mapping])
    await tx
      .insertInto('referrers')
      .values({ ...referrer, metadata: '{}', annotations: '{}' })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })
}

async function adopt(places: Places, { content, run, ageMs }: Content): Promise<string> {
  const { db, storage, from, organizationId } = places
  const digest = storage.put(from.id, content)
  await db
    .insertInto('cas_mappings')
    .values({
      organization_id: organizationId,
      project_id: run.projectId,
      cas_backend_id: from.id,
      digest,
      size: content.length,
      created_at: new Date(Date.now() - ageMs),
    })
    .execute()
  return digest
}

async function hurry(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable('storage_tasks')
    .set({ due_at: new Date(0) })
    .where('lease_holder', 'is', null)
    .where('state', '=', 'running')
    .execute()
}

export async function epochOf(db: Kysely<Schema>, backendId: string): Promise<number> {
  const { sweep_epoch: epoch } = await db
    .selectFrom('cas_backends')
    .select('sweep_epoch')
    .where('id', '=', backendId)
    .executeTakeFirstOrThrow()
  return epoch
}

/** The digests that the artifact CAS has there. */
export function stored({ storage }: StorageWorld, { id }: CasBackend): string[] {
  return [...storage.blobs(id).keys()].toSorted()
}
