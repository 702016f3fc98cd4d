import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { migrate } from '@chainloop/controlplane/db/migrate'
import { type Database, openDatabase } from '@chainloop/controlplane/db/open-database'
import { openSigning, type Signing } from '@chainloop/controlplane/signing/signing'
import * as queue from '@chainloop/controlplane/transparency/queue-repo'
import { sequenceLogs } from '@chainloop/controlplane/transparency/sequence-log'
import { temporaryDatabase } from '@chainloop/e2e/world/database'
import { temporaryFolder } from '@chainloop/e2e/world/folder'

import type { Row } from './row.ts'

const STORES_PER_SECOND = 200
const SECONDS = 5
/** Each waits for its answer: an engine that cannot keep up is asked less often. */
const CLIENTS = 16
/** As the control plane does it. */
const BATCH_MS = 250
/** Of an entry of an attestation, certificate included. */
const ENTRY_BYTES = 1800

/** How long entries wait for a signed head over them while 200 attestations are stored in a second. */
export async function measureLogInclusion(): Promise<readonly Row[]> {
  await using folder = await temporaryFolder()
  const signing = await openSigning({
    instanceUrl: 'https://chainloop.example',
    directory: join(folder.path, 'signing'),
  })
  const rows: Row[] = []
  {
    await using embedded = await openDatabase({ dataDir: join(folder.path, 'data') })
    rows.push(row('PGlite', await measure(embedded, signing)))
  }
  const url = process.env['TEST_DATABASE_URL']
  if (url === undefined) return rows
  await using temporary = await temporaryDatabase(url)
  await using server = await openDatabase({ url: temporary.url, poolSize: 10 })
  return [...rows, row('PostgreSQL', await measure(server, signing))]
}

interface Waits {
  readonly p50: number
  readonly p95: number
  readonly perSecond: number
}

function row(engine: string, { p50, p95, perSecond }: Waits): Row {
  return {
    what: `log inclusion p95, ${perSecond.toFixed(0)} stores/s, ${engine}`,
    measured: { value: p95, unit: 'ms' },
    baseline: 'time between two heads',
    reference: { value: BATCH_MS, unit: 'ms' },
    better: 'lower',
    note: `p50 ${p50.toFixed(0)} ms; an attestation and an event of its run each; at most 1000 ms wanted`,
  }
}

async function measure({ db }: Database, signing: Signing): Promise<Waits> {
  await migrate(db)
  const { id: organizationId } = await db
    .insertInto('organizations')
    .values({ name: `bench-${randomUUID()}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const sentAt = new Map<number, number>()
  const waits: number[] = []
  const storing = store(db, organizationId, sentAt)
  const progress = { done: false }
  const stopped = storing.finally(() => (progress.done = true))
  while (!progress.done || sentAt.size > 0) {
    await sleep(BATCH_MS)
    await sequenceLogs({ db, signing })
    for (const id of await placed(db, organizationId, [...sentAt.keys()])) {
      waits.push(performance.now() - (sentAt.get(id) ?? 0))
      sentAt.delete(id)
    }
  }
  const perSecond = await stopped
  const sorted = waits.toSorted((a, b) => a - b)
  const quantile = (q: number): number => sorted[Math.ceil(q * sorted.length) - 1] ?? 0
  return { p50: quantile(0.5), p95: quantile(0.95), perSecond }
}

/** Stores per second that were reached. */
async function store(
  db: Database['db'],
  organizationId: string,
  sentAt: Map<number, number>,
): Promise<number> {
  const workflowId = randomUUID()
  const stores = STORES_PER_SECOND * SECONDS
  const start = performance.now()
  const one = async (): Promise<void> => {
    const id = await db.transaction().execute(async (tx) => {
      const subject = `run:${randomUUID()}`
      const event = { event: 'succeeded', version: 'v1', run: subject }
      await queue.insertEvent(tx, { organizationId, workflowId, subject, event })
      return queue.insert(tx, { organizationId, subject, body: randomBytes(ENTRY_BYTES) })
    })
    sentAt.set(id, performance.now())
  }
  let next = 0
  const client = async (): Promise<void> => {
    while (next < stores) {
      const due = start + (next++ * 1000) / STORES_PER_SECOND
      await sleep(Math.max(0, due - performance.now()))
      await one()
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return stores / ((performance.now() - start) / 1000)
}

async function placed(
  db: Database['db'],
  organizationId: string,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('log_entries')
    .select('queue_id')
    .where('organization_id', '=', organizationId)
    .where('queue_id', 'in', [...ids])
    .execute()
  return rows.map(({ queue_id: id }) => id)
}
