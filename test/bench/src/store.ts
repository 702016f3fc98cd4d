import { temporaryDatabase } from '@chainloop/e2e/world/database'
import { temporaryFolder } from '@chainloop/e2e/world/folder'
import { aboutRun, openRun, signStatement, store } from '@chainloop/e2e/world/modified-client'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'

import type { Row } from './row.ts'
import { type Measured, withWorld } from './worlds.ts'

const attestations = 200
const atOnce = 8

/** How fast attestations are verified and stored, against bare one-row transactions of the same engine. */
export async function measureStore(): Promise<readonly Row[]> {
  const embedded = await withWorld({}, storeMany)
  const rows = [
    row('PGlite', embedded, { perSecond: await pgliteCommits(), note: 'it never calls fsync' }),
  ]
  const server = process.env['TEST_DATABASE_URL']
  if (server === undefined) return rows
  await using database = await temporaryDatabase(server)
  const onServer = await withWorld({ DATABASE_URL: database.url }, storeMany)
  const { perSecond, fsync } = await serverCommits(database.url)
  return [...rows, row('PostgreSQL', onServer, { perSecond, note: `fsync is ${fsync}` })]
}

interface Stored {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

interface Engine {
  /** One-row commits. */
  readonly perSecond: number
  readonly note: string
}

function row(engine: string, { perSecond, p50, p99 }: Stored, bare: Engine): Row {
  return {
    what: `attestations stored, ${engine}`,
    measured: { value: perSecond, unit: '/s' },
    baseline: 'one-row commits',
    reference: { value: bare.perSecond, unit: '/s' },
    better: 'higher',
    note: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${atOnce} at once; ${bare.note}`,
  }
}

/** Runs are opened and bundles signed before the clock starts. */
async function storeMany({ declared, honest }: Measured): Promise<Stored> {
  const prepared = await inParallel(attestations, async () => {
    const run = await openRun(declared.job, declared)
    return { run, bundle: await signStatement(run, aboutRun(honest.statement, run)) }
  })
  const start = performance.now()
  const durations = await inParallel(attestations, async (at) => {
    const one = prepared[at]
    const began = performance.now()
    if (one) await store(one.run, one.bundle)
    return performance.now() - began
  })
  const seconds = (performance.now() - start) / 1000
  const sorted = durations.toSorted((a, b) => a - b)
  const quantile = (q: number): number => sorted[Math.ceil(q * sorted.length) - 1] ?? 0
  return { perSecond: attestations / seconds, p50: quantile(0.5), p99: quantile(0.99) }
}

async function inParallel<T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const at = next++
      results[at] = await work(at)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

const commits = 500

async function pgliteCommits(): Promise<number> {
  await using folder = await temporaryFolder()
  await using database = await PGlite.create(folder.path)
  // Awaited here: the database closes when this function returns.
  return await commitsPerSecond(async (text) => {
    await database.query(text)
  })
}

async function serverCommits(url: string): Promise<{ perSecond: number; fsync: string }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows }: { rows: { fsync: string }[] } = await client.query('show fsync')
    const perSecond = await commitsPerSecond(async (text) => {
      await client.query(text)
    })
    return { perSecond, fsync: rows[0]?.fsync ?? 'unknown' }
  } finally {
    await client.end()
  }
}

async function commitsPerSecond(query: (text: string) => Promise<void>): Promise<number> {
  await query('create table bench_commits (id serial primary key, at timestamptz default now())')
  const start = performance.now()
  for (let i = 0; i < commits; i++) await query('insert into bench_commits default values')
  return commits / ((performance.now() - start) / 1000)
}
