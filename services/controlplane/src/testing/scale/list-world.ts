import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { DescMethod } from '@bufbuild/protobuf'
import { silentLogger } from '@chainloop/kit/logger'
import { createConnectRouter } from '@connectrpc/connect'
import { sql } from 'kysely'

import { signApiToken } from '../../api-tokens/sign-api-token.ts'
import type { Actor } from '../../auth/actor.ts'
import { authenticate } from '../../auth/authenticate.ts'
import { actorOfGrants } from '../../auth/user-actor.ts'
import * as userGrants from '../../auth/user-grants.ts'
import { readConfig } from '../../config.ts'
import { type Context, createContext } from '../../context.ts'
import type { MemberRole } from '../../db/people-schema.ts'
import { type Result, serveInProcess } from '../../rpc/access-matrix/in-process.ts'
import { procedure } from '../../rpc/access.ts'
import { apiRoutes } from '../../rpc/routes.ts'
import { findRuns } from '../../runs/list-runs.ts'
import * as sessions from '../../sessions/session-repo.ts'
import { signSession } from '../../sessions/session-tokens.ts'
import type { ListCall } from './list-calls.ts'
import { recordQueries, type Recorded } from './recording.ts'
import { findLargest, type Largest } from './seed.ts'

export interface Asked extends Result {
  readonly queries: readonly Recorded[]
}

export interface ListWorld extends AsyncDisposable {
  readonly largest: Largest
  /** Procedures of lists that the API has. */
  readonly lists: readonly string[]
  /** An owner of the largest organization, and somebody who is on some of its projects. */
  readonly callers: Readonly<Record<'owner' | 'contributor', Actor>>
  ask(caller: Actor, call: ListCall): Promise<Asked>
  /** Milliseconds of so many runs, drawn from all of the largest organization, by their primary keys. */
  primaryKeyPage(size: number): Promise<number>
  /** Milliseconds do not count here: each finds out anew who presents good credentials. */
  credentials(): Promise<Readonly<Record<'machine' | 'person', () => Promise<Actor>>>>
  roundTrip(): Promise<unknown>
  /** Tables that a plan reads from end to end. */
  scannedWhole(asked: Recorded): Promise<readonly string[]>
}

/** The API on a seeded database, with what it asks the database. */
export async function openListWorld(url: string): Promise<ListWorld> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'chainloop-lists-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const env = {
    CHAINLOOP_DATA_DIR: dataDir,
    DATABASE_URL: url,
    CONTROLPLANE_EXTERNAL_URL: 'http://controlplane.test',
  }
  const ctx = stack.use(await createContext(readConfig(env), { log: silentLogger }))
  const recording = stack.use(await recordQueries(url))
  const { db } = recording
  const api = serveInProcess({ ...ctx, db })
  const methods = methodsOf({ ...ctx, db })
  const largest = await findLargest(db)
  const open = stack.move()
  return {
    largest,
    lists: [...methods.keys()].filter((name) => /\/(?:List|Discover)/.test(name)),
    callers: {
      owner: await memberOf(ctx, largest, 'owner'),
      contributor: await memberOf(ctx, largest, 'contributor'),
    },
    async ask(caller, call) {
      const method = methods.get(call.procedure)
      if (!method) throw new Error(`there is no ${call.procedure}`)
      recording.take()
      const result = await api.attempt(caller, { method, request: call.request })
      return { ...result, queries: recording.take() }
    },
    async primaryKeyPage(size) {
      const { rows } = await sql<{ id: string }>`
        select id from runs tablesample bernoulli (0.5) where organization_id = ${largest.id}
        limit ${size}`.execute(db)
      recording.take()
      await findRuns(
        db,
        { organizationId: largest.id },
        rows.map(({ id }) => id),
      )
      return recording.take().reduce((sum, { milliseconds }) => sum + milliseconds, 0)
    },
    credentials: () => credentialsOf(ctx, largest),
    roundTrip: () => sql`select 1`.execute(ctx.db),
    async scannedWhole({ query }) {
      if (!/^\s*(?:select|with)\b/.test(query.sql)) return []
      const explained = { ...query, sql: `explain (format json) ${query.sql}` }
      const { rows } = await db.executeQuery<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
        explained,
      )
      return rows.flatMap(({ 'QUERY PLAN': [{ Plan: plan }] }) => scans(plan))
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function methodsOf(ctx: Context): ReadonlyMap<string, DescMethod> {
  const router = createConnectRouter()
  apiRoutes(ctx)(router)
  return new Map(router.handlers.map(({ method }) => [procedure(method), method]))
}

/** Somebody of the organization with that role who is on the most projects. */
async function memberOf(
  { db }: Pick<Context, 'db'>,
  { id: organizationId }: Pick<Largest, 'id'>,
  role: MemberRole,
): Promise<Actor> {
  const { user_id: userId } = await db
    .selectFrom('memberships')
    .leftJoin('project_members', 'project_members.user_id', 'memberships.user_id')
    .where('memberships.organization_id', '=', organizationId)
    .where('memberships.role', '=', role)
    .select((eb) => ['memberships.user_id', eb.fn.count('project_members.id').as('projects')])
    .groupBy('memberships.user_id')
    .orderBy('projects', 'desc')
    .executeTakeFirstOrThrow()
  const found = await userGrants.findByUser(db, { userId, organizationId })
  if (!found) throw new Error('a member has no grants')
  return actorOfGrants(found, { id: organizationId })
}

/** Of a service account, and of the member who is on the most projects. */
async function credentialsOf(
  ctx: Context,
  { id: organizationId, name: organizationName }: Largest,
): Promise<Readonly<Record<'machine' | 'person', () => Promise<Actor>>>> {
  const { db } = ctx
  const token = await db
    .selectFrom('api_tokens')
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .select('id')
    .executeTakeFirstOrThrow()
  const machine = await signApiToken(ctx, { organizationId, organizationName }, token)
  const { id: userId } = await memberOf(ctx, { id: organizationId }, 'contributor')
  const end = new Date(Date.now() + 3_600_000)
  const session = await sessions.insert(db, {
    userId,
    clientName: '',
    refreshUntil: end,
    expiresAt: end,
  })
  const { accessToken } = await signSession(ctx.tokens, session)
  return {
    machine: () => authenticate(ctx, { token: machine, organization: undefined }),
    person: () => authenticate(ctx, { token: accessToken, organization: organizationName }),
  }
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

function scans(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : []
  return [...own, ...(node.Plans ?? []).flatMap(scans)]
}
