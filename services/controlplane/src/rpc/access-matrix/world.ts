import type { DescMethod } from '@bufbuild/protobuf'
import { createConnectRouter } from '@connectrpc/connect'

import type { Actor } from '../../auth/actor.ts'
import { authenticate } from '../../auth/authenticate.ts'
import type { Context } from '../../context.ts'
import type { Db } from '../../db/db.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { insertOrganization } from '../../testing/world.ts'
import { apiRoutes } from '../routes.ts'
import { startTestControlPlane } from '../testing/start-control-plane.ts'
import { INSTANCE_ADMIN_EMAIL, insertCallers } from './callers.ts'
import { type InProcess, serveInProcess } from './in-process.ts'
import { insertPlace, insertShared, type Place } from './place.ts'

export type Target = 'own' | 'other' | 'foreign'

export interface AccessWorld extends AsyncDisposable {
  readonly ctx: Context
  readonly db: Db
  readonly api: InProcess
  readonly methods: readonly DescMethod[]
  readonly callers: readonly { readonly name: string; readonly actor: Actor }[]
  /** A project of the callers, another one of their organization, and one of another organization. */
  readonly places: Readonly<Record<Target, Place>>
}

export async function openAccessWorld(): Promise<AccessWorld> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestControlPlane())
  const { db } = stack.use(await openTestDatabase())
  const config = {
    ...server.ctx.config,
    casExternalUrl: 'http://cas.test',
    instanceAdmins: [INSTANCE_ADMIN_EMAIL],
  }
  const ctx = { ...server.ctx, config, db }
  await db
    .insertInto('integration_plugins')
    .values({ id: 'webhook', version: '1', registration_schema: '{}', attachment_schema: '{}' })
    .execute()
  const acme = await insertShared(db, await insertOrganization(db, 'acme'))
  const globex = await insertShared(db, await insertOrganization(db, 'globex'))
  const places = {
    own: await insertPlace(db, acme, 'web'),
    other: await insertPlace(db, acme, 'shop'),
    foreign: await insertPlace(db, globex, 'hush'),
  }
  const callers = await Promise.all(
    (await insertCallers(ctx, places.own)).map(async ({ name, token, organization }) => ({
      name,
      actor: await authenticate(ctx, { token, organization }),
    })),
  )
  const router = createConnectRouter()
  apiRoutes(ctx)(router)
  const methods = router.handlers.map(({ method }) => method)
  const open = stack.move()
  return {
    ctx,
    db,
    api: serveInProcess(ctx),
    methods,
    callers,
    places,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
