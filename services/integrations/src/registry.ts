import type { Plugin } from './plugin.ts'
import { dependencyTrack } from './plugins/dependency-track/plugin.ts'
import { discordWebhook } from './plugins/discord-webhook/plugin.ts'
import { gcs } from './plugins/gcs/plugin.ts'
import { github } from './plugins/github/plugin.ts'
import { gitlab } from './plugins/gitlab/plugin.ts'
import { guac } from './plugins/guac/plugin.ts'
import { jira } from './plugins/jira/plugin.ts'
import { ociRegistry } from './plugins/oci-registry/plugin.ts'
import { s3 } from './plugins/s3/plugin.ts'
import { slackWebhook } from './plugins/slack-webhook/plugin.ts'
import { smtp } from './plugins/smtp/plugin.ts'
import { teams } from './plugins/teams/plugin.ts'
import { webhook } from './plugins/webhook/plugin.ts'

export type Registry = ReadonlyMap<string, Plugin>

export const builtIn: Registry = registryOf([
  dependencyTrack,
  discordWebhook,
  gcs,
  github,
  gitlab,
  guac,
  jira,
  ociRegistry,
  s3,
  slackWebhook,
  smtp,
  teams,
  webhook,
])

/** Throws when two plugins have the same id. */
export function registryOf(plugins: readonly Plugin[]): Registry {
  const registry = new Map<string, Plugin>()
  for (const plugin of plugins) {
    if (registry.has(plugin.id)) throw new TypeError(`two plugins are called ${plugin.id}`)
    registry.set(plugin.id, plugin)
  }
  return registry
}
