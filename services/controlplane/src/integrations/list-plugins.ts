import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import * as plugins from './plugin-repo.ts'
import type { Plugin } from './plugin.ts'

/** Sorted by id. */
export async function listPlugins({ db }: Pick<Context, 'db'>, actor: Actor): Promise<Plugin[]> {
  actor.requireSomewhere('integration:read')
  return plugins.list(db)
}

export async function getPlugin(db: Db, id: string): Promise<Plugin> {
  const plugin = await plugins.find(db, id)
  if (plugin) return plugin
  throw notFound('plugin', id, { hint: 'see `chainloop integration available list`' })
}
