import { randomUUID } from 'node:crypto'

import {
  aboutRun,
  openRun,
  type OpenRun,
  signStatement,
  store,
} from '@chainloop/e2e/world/modified-client'
import pg from 'pg'

import type { Row } from '../row.ts'
import { type Measured, withWorld } from '../worlds.ts'
import { quantile } from './quantile.ts'

const COUNT = 300
const WARM_UP = 50

/** Store among many runs and, by turns, one transaction that writes the same rows. */
export async function measureStoreBesideMany(url: string): Promise<readonly Row[]> {
  return withWorld({ DATABASE_URL: url }, async (world) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const [stored, bare]: [number[], number[]] = [[], []]
    try {
      for (let round = 0; round < WARM_UP + COUNT; round += 1) {
        const [one, other] = [await prepare(world), await prepare(world)]
        const times = {
          store: await timed(() => store(one.run, one.bundle)),
          bare: await timed(() => writeRows(pool, other)),
        }
        if (round < WARM_UP) continue
        stored.push(times.store)
        bare.push(times.bare)
      }
    } finally {
      await pool.end()
    }
    return [rowOf('p50', 0.5), rowOf('p99', 0.99)].map((row) => row({ stored, bare }))
  })
}

interface Times {
  readonly stored: readonly number[]
  readonly bare: readonly number[]
}

function rowOf(name: string, q: number): (times: Times) => Row {
  return ({ stored, bare }) => ({
    what: `Store ${name}, among all runs`,
    measured: { value: quantile(stored, q), unit: 'ms' },
    baseline: `a transaction with the same rows, ${name}`,
    reference: { value: quantile(bare, q), unit: 'ms' },
    better: 'lower',
    note: `of ${COUNT}, one at a time; what follows a Store runs meanwhile`,
  })
}

interface Prepared {
  readonly run: OpenRun
  readonly bundle: Buffer
}

async function prepare({ declared, honest }: Measured): Promise<Prepared> {
  const run = await openRun(declared.job, declared)
  return { run, bundle: await signStatement(run, aboutRun(honest.statement, run)) }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function writeRows(pool: pg.Pool, { run, bundle }: Prepared): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (const [text, values] of statementsOf(run.id, bundle)) await client.query(text, values)
    await client.query('commit')
  } finally {
    client.release()
  }
}

/** What is written when an attestation of three materials is stored, without a question asked. */
function statementsOf(runId: string, bundle: Buffer): readonly (readonly [string, unknown[]])[] {
  const digest = `sha256:${randomUUID().replaceAll('-', '').repeat(2)}`
  const nodes = ['ATTESTATION', 'SBOM_CYCLONEDX_JSON', 'JUNIT_XML', 'ARTIFACT']
  return [
    ['select state from runs where id = $1 for update', [runId]],
    [
      `insert into attestations (organization_id, project_id, workflow_id, run_id, digest, bundle)
        select organization_id, project_id, workflow_id, id, $2, $3 from runs where id = $1`,
      [runId, digest, bundle],
    ],
    [
      `with r as (select * from runs where id = $1), n as (
        insert into referrers (organization_id, digest, kind)
        select r.organization_id, $2 || k, k from r, unnest($3::text[]) as k returning id, organization_id, kind
      ), p as (
        insert into referrer_projects (organization_id, referrer_id, project_id, project_version_id)
        select n.organization_id, n.id, r.project_id, r.project_version_id from n, r
      )
      insert into referrer_edges (organization_id, from_id, to_id)
        select a.organization_id, a.id, b.id from n as a, n as b where (a.kind = 'ATTESTATION') <> (b.kind = 'ATTESTATION')`,
      [runId, digest, nodes],
    ],
    [
      `insert into cas_mappings (organization_id, project_id, cas_backend_id, run_id, digest, size)
        select organization_id, project_id, cas_backend_id, id, $2 || k, 1 from runs, unnest($3::text[]) as k where id = $1`,
      [runId, digest, nodes],
    ],
    [
      `insert into audit_entries (organization_id, actor_kind, actor_id, actor_name, action, target_type, target_id)
        select organization_id, 'run', id::text, 'bench', 'attestation.stored', 'run', id::text from runs where id = $1`,
      [runId],
    ],
    [
      `update runs set state = 'success', finished_at = now(), attestation_digest = $2, policy_status = 'not_applicable'
        where id = $1`,
      [runId, digest],
    ],
    ['delete from run_states where run_id = $1', [runId]],
  ]
}
