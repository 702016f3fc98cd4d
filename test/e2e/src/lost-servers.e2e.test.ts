import { randomBytes } from 'node:crypto'

import { type Client, createClient } from '@chainloop/sdk/client'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'

import { attest, type Attested } from './world/attest.ts'
import { temporaryDatabase } from './world/database.ts'
import { eventually } from './world/eventually.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { aboutRun, openRun, type OpenRun, signStatement, store } from './world/modified-client.ts'
import { startSwitchableProxy, type SwitchableProxy } from './world/switchable-proxy.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* PostgreSQL and Redis that are restarted, fail over, are full or gone while work goes on. */
const { TEST_DATABASE_URL: databaseUrl = '', TEST_REDIS_URL: redisUrl = '' } = process.env
const onDatabase = databaseUrl === '' ? test.skip : test
const onRedis = redisUrl === '' ? test.skip : test

const stack = new AsyncDisposableStack()
/** Not a superuser: those are let in however full the server is. */
const role = `chainloop_e2e_${randomBytes(6).toString('hex')}`
let admin: pg.Client
let proxy: SwitchableProxy
let world: World
let declared: DeclaredWorkflow
let honest: Attested
let database: string

beforeAll(async () => {
  if (databaseUrl === '') return
  const { url } = stack.use(await temporaryDatabase(databaseUrl))
  database = new URL(url).pathname.slice(1)
  admin = new pg.Client({ connectionString: url })
  await admin.connect()
  stack.defer(async () => {
    await admin.query(`drop owned by ${role}`)
    await admin.query(`drop role ${role}`)
    await admin.end()
  })
  await admin.query(`create role ${role} login password '${role}'`)
  await admin.query(`grant all on schema public to ${role}`)
  await admin.query(`grant create on database ${database} to ${role}`)
  const asRole = new URL(url)
  asRole.username = role
  asRole.password = role
  proxy = stack.use(await startSwitchableProxy(asRole.href))
  world = stack.use(await startWorld({ env: { DATABASE_URL: proxy.url } }))
  declared = await declareWorkflow(world)
  honest = await attest(declared, stack.use(await temporaryFolder()).path)
})
afterAll(() => stack.disposeAsync())

/** Repeats nothing by itself: what the server answers is what is seen. */
function impatient({ env, token }: Pick<World['operator'], 'env' | 'token'>): Client {
  return createClient({
    controlPlane: env['CHAINLOOP_CONTROL_PLANE_API'] ?? '',
    insecure: true,
    token,
    retry: { budgetMs: 0 },
  })
}

const codeOf = (cause: unknown): Code => ConnectError.from(cause).code

async function endConnections(): Promise<void> {
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    role,
  ])
}

/** Until the database is back, and the service with it, without anybody's help. */
async function recovered(client: Client): Promise<void> {
  await eventually(
    async () => client.workflows.list({}).catch(() => undefined),
    'the service answers again',
  )
}

interface Prepared {
  readonly run: OpenRun
  readonly bundle: Buffer
}

async function prepare(count: number, client: Client): Promise<readonly Prepared[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const run = await openRun({ ...declared.job, client }, declared)
      return { run, bundle: await signStatement(run, aboutRun(honest.statement, run)) }
    }),
  )
}

/** What is there of a run after its Store: everything once, or nothing. */
async function traces(runIds: readonly string[]): Promise<unknown[]> {
  const { rows } = await admin.query(
    `select r.state,
      (select count(*)::int from attestations a where a.run_id = r.id) as attestations,
      (select count(*)::int from referrers f where f.organization_id = r.organization_id
        and f.digest = r.attestation_digest and f.kind = 'ATTESTATION') as nodes,
      (select count(*)::int from audit_entries e where e.target_id = r.id::text
        and e.action = 'attestation.stored') as entries
    from runs r where r.id = any($1)`,
    [runIds],
  )
  return rows
}

/** Of one transaction, from its first to its last: the answer that never comes is the answer to them. */
const STATEMENTS = [
  'insert into "attestations"',
  'insert into "referrers"',
  'insert into "audit_entries"',
  'commit',
]

onDatabase(
  'PostgreSQL is restarted again and again under load: Unavailable, nothing half-written, and on it goes',
  async () => {
    using client = impatient(declared.job)
    const prepared = await prepare(12, client)
    const failures: Code[] = []
    const storeUntilDone = async ({ run, bundle }: Prepared): Promise<string> => {
      for (;;) {
        try {
          return await store(run, bundle)
        } catch (cause) {
          failures.push(codeOf(cause))
        }
      }
    }

    const digests: string[] = []
    for (const [at, statement] of STATEMENTS.entries()) {
      proxy.restartAt(statement)
      const some = prepared.slice(at * 3, at * 3 + 3)
      digests.push(...(await Promise.all(some.map(storeUntilDone))))
    }

    expect(new Set(digests).size).toBe(12)
    // Whose commit it was that is not answered is left to chance.
    expect(failures.length).toBeGreaterThanOrEqual(STATEMENTS.length - 1)
    // Aborted: another attempt at the same run was under way.
    expect([...new Set(failures)].filter((code) => code !== Code.Aborted)).toEqual([
      Code.Unavailable,
    ])
    expect(await traces(prepared.map(({ run }) => run.id))).toEqual(
      prepared.map(() => ({ state: 'success', attestations: 1, nodes: 1, entries: 1 })),
    )
  },
)

onDatabase(
  'while there is no PostgreSQL, callers and probes are told so; afterwards everything works',
  async () => {
    using client = impatient(world.operator)
    const readiness = new URL('/statusz?readiness=1', world.endpoints.controlPlaneHttp)

    proxy.away()
    const refused = await failureOf(client.workflows.list({}))
    using job = impatient(declared.job)
    const login = await failureOf(job.context.current({}))
    const unready = await fetch(readiness)
    proxy.back()

    expect(refused.code).toBe(Code.Unavailable)
    expect(login.code).toBe(Code.Unavailable)
    expect(refused.message).not.toMatch(/postgres|127\.0\.0\.1|ECONN/)
    expect(unready.status).toBe(503)
    await recovered(client)
    await eventually(
      async () => ((await fetch(readiness)).ok ? true : undefined),
      'it is ready again',
    )
  },
)

onDatabase(
  'after a failover to a standby that is not promoted yet, reads work and writes are Unavailable until it is',
  async () => {
    using client = impatient(world.operator)
    const create = () =>
      client.workflows.create({ name: 'after-failover', projectName: declared.project })
    await admin.query(`alter role ${role} set default_transaction_read_only = on`)
    await endConnections()
    await recovered(client)

    const refused = await failureOf(create())
    await admin.query(`alter role ${role} reset default_transaction_read_only`)
    await endConnections()
    await recovered(client)

    expect(refused.code).toBe(Code.Unavailable)
    expect((await create()).result?.name).toBe('after-failover')
  },
)

onDatabase(
  'PostgreSQL has no connection left: Unavailable, and served again when there is one',
  async () => {
    using client = impatient(world.operator)
    await admin.query(`alter role ${role} connection limit 0`)
    await endConnections()

    const refused = await failureOf(client.workflows.list({}))
    await admin.query(`alter role ${role} connection limit -1`)

    expect(refused.code).toBe(Code.Unavailable)
    await recovered(client)
    const attested = await attest(declared, stack.use(await temporaryFolder()).path)
    expect(attested.digest).toMatch(/^sha256:/)
  },
)

onRedis(
  'Redis goes and comes back: calls are answered, a revoked token is refused at once, limits still hold',
  async () => {
    await using redis = await startSwitchableProxy(redisUrl)
    await using other = await startWorld({
      env: { REDIS_URL: redis.url, CHAINLOOP_FAILED_LOGINS_PER_MINUTE: '3' },
    })
    const workflow = await declareWorkflow(other)
    const jti = String(
      JSON.parse(Buffer.from(workflow.job.token.split('.')[1] ?? '', 'base64url').toString()).jti,
    )
    using client = impatient(other.operator)
    using job = impatient(workflow.job)
    using guesser = impatient({ ...other.operator, token: 'x.y.z' })
    const where = { workflowName: workflow.workflow, projectName: workflow.project }
    await job.attestations.getContract(where)

    redis.away()
    await job.attestations.getContract(where)
    await client.apiTokens.revoke({ id: jti })
    const revoked = await failureOf(job.attestations.getContract(where))
    const guesses: Code[] = []
    for (let guess = 0; guess < 5; guess += 1) {
      guesses.push((await failureOf(guesser.context.current({}))).code)
    }
    redis.back()

    expect(revoked.code).toBe(Code.Unauthenticated)
    expect(guesses.at(-1)).toBe(Code.ResourceExhausted)
    expect((await client.workflows.list({})).result).toHaveLength(1)
    expect((await failureOf(job.attestations.getContract(where))).code).not.toBe(Code.Unavailable)
  },
)
