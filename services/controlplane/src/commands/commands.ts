import type { Config } from '../config.ts'
import { inviteFirst } from './invite-owner.ts'
import { migrateDatabase } from './migrate-database.ts'
import { operatorToken } from './operator-token.ts'
import { quota } from './quota.ts'
import { rewrapSecretsCommand } from './rewrap-secrets.ts'
import { runServer } from './run-server.ts'
import { suspend } from './suspend.ts'
import { trust } from './trust.ts'

export type Command = (config: Config, args: readonly string[]) => Promise<void>

export const commands: Readonly<Record<string, Command | undefined>> = {
  serve: runServer,
  migrate: migrateDatabase,
  'operator-token': operatorToken,
  'invite-owner': inviteFirst,
  'rewrap-secrets': rewrapSecretsCommand,
  quota,
  suspend: suspend(true),
  resume: suspend(false),
  trust,
}
