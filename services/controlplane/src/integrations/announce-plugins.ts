import { invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as plugins from './plugin-repo.ts'
import { assertSettingsSchema, secretSettings } from './plugin-settings.ts'
import type { Plugin } from './plugin.ts'

const pluginId = /^[a-z0-9][a-z0-9-]{0,62}$/

/** A worker tells what it can run. */
export async function announcePlugins(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  announced: readonly Plugin[],
): Promise<void> {
  actor.require('internal:deliveries')
  for (const { id, registrationSchema, attachmentSchema } of announced) {
    if (!pluginId.test(id)) throw invalid(`${JSON.stringify(id)} is not a plugin id`)
    assertSettingsSchema(registrationSchema, `the registration schema of ${id}`)
    assertSettingsSchema(attachmentSchema, `the attachment schema of ${id}`)
    if (secretSettings(attachmentSchema).length > 0) {
      throw invalid(`plugin ${id} has secret attachment settings; they belong to the registration`)
    }
  }
  await inTransaction(db, async (tx) => {
    // In one order everywhere, so that workers that start together do not wait for each other in a circle.
    for (const plugin of announced.toSorted((a, b) => a.id.localeCompare(b.id))) {
      await plugins.put(tx, plugin)
    }
  })
}
