import { randomUUID } from 'node:crypto'

import { alreadyExists } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import { assertName } from '../names.ts'
import * as integrations from './integration-repo.ts'
import { type Integration, sealedIn } from './integration.ts'
import { getPlugin } from './list-plugins.ts'
import { readSettings } from './plugin-settings.ts'
import type { JsonObject } from './plugin.ts'
import { sealSettings } from './sealed-settings.ts'

export interface RegisterIntegration {
  readonly name: string
  readonly pluginId: string
  readonly description: string
  /** Secrets included; they are sealed and never returned. */
  readonly settings: JsonObject
}

export async function registerIntegration(
  { db, sealingKeys }: Pick<Context, 'db'> & { readonly sealingKeys: SealingKeys },
  actor: Actor,
  { name, pluginId, description, settings }: RegisterIntegration,
): Promise<Integration> {
  actor.require('integration:register')
  assertName('integration', name)
  const { organizationId } = actor
  const plugin = await getPlugin(db, pluginId)
  const { configuration, secrets } = readSettings(
    plugin.registrationSchema,
    settings,
    `integration ${name} (${pluginId})`,
  )
  const id = randomUUID()
  const place = sealedIn({ organizationId, id })

  return inTransaction(db, async (tx) => {
    const integration = await integrations.insert(tx, {
      id,
      organizationId,
      name,
      pluginId,
      description,
      configuration,
      sealedCredentials: sealSettings(sealingKeys, secrets, place),
    })
    if (!integration) throw alreadyExists('integration', name)
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.registered',
      targetType: 'integration',
      targetId: id,
      details: { name, plugin: pluginId },
    })
    return integration
  })
}
