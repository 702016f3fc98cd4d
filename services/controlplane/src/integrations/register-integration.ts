import { randomUUID } from 'node:crypto'

import { alreadyExists } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as lanes from '../deliveries/lane-repo.ts'
import { assertName } from '../names.ts'
import type { Secrets } from '../secrets/secrets.ts'
import * as integrations from './integration-repo.ts'
import type { Integration } from './integration.ts'
import { getPlugin } from './list-plugins.ts'
import { readSettings } from './plugin-settings.ts'
import type { JsonObject } from './plugin.ts'

export interface RegisterIntegration {
  readonly name: string
  readonly pluginId: string
  readonly description: string
  /** Secrets included; they are kept apart and never returned. */
  readonly settings: JsonObject
  /** What the target told about itself when the settings were tried. */
  readonly facts?: Readonly<Record<string, string>>
  /** Deliveries made at the same time; 0: the default. */
  readonly maxConcurrency?: number
  /** Deliveries begun; 0: no limit. */
  readonly maxPerSecond?: number
}

const defaultConcurrency = 10

export async function registerIntegration(
  { db, secrets: store }: Pick<Context, 'db' | 'secrets'>,
  actor: Actor,
  { name, pluginId, description, settings, facts = {}, ...limits }: RegisterIntegration,
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

  return inTransaction(db, async (tx) => {
    const integration = await integrations.insert(tx, {
      id,
      organizationId,
      name,
      pluginId,
      description,
      configuration: { ...facts, ...configuration },
      secretId: await save(store, tx, { organizationId, secrets }),
    })
    if (!integration) throw alreadyExists('integration', name)
    await lanes.insert(tx, {
      organizationId,
      integrationId: id,
      maxConcurrency: limits.maxConcurrency || defaultConcurrency,
      maxPerSecond: limits.maxPerSecond || undefined,
    })
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

async function save(
  store: Secrets,
  tx: Db,
  { organizationId, secrets }: { organizationId: string; secrets: JsonObject | undefined },
): Promise<string | undefined> {
  if (!secrets) return undefined
  return store.save(tx, { organizationId, value: Buffer.from(JSON.stringify(secrets)) })
}
