import type { Plugin } from '@chainloop/plugin-sdk/plugin'

import { dependencyTrack } from './plugins/dependency-track/plugin.ts'
import { discordWebhook } from './plugins/discord-webhook/plugin.ts'
import { gcs } from './plugins/gcs/plugin.ts'
import { github } from './plugins/github/plugin.ts'
import { gitlab } from './plugins/gitlab/plugin.ts'
import { guac } from './plugins/guac/plugin.ts'
import { jira } from './plugins/jira/plugin.ts'
import { kafka } from './plugins/kafka/plugin.ts'
import { nats } from './plugins/nats/plugin.ts'
import { ociRegistry } from './plugins/oci-registry/plugin.ts'
import { s3 } from './plugins/s3/plugin.ts'
import { slackWebhook } from './plugins/slack-webhook/plugin.ts'
import { smtp } from './plugins/smtp/plugin.ts'
import { teams } from './plugins/teams/plugin.ts'
import { webhook } from './plugins/webhook/plugin.ts'

/** Each in a folder with the name of its id. */
export const builtIn: readonly Plugin[] = [
  dependencyTrack,
  discordWebhook,
  gcs,
  github,
  gitlab,
  guac,
  jira,
  kafka,
  nats,
  ociRegistry,
  s3,
  slackWebhook,
  smtp,
  teams,
  webhook,
]
