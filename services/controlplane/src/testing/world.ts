import { generateKeyPairSync } from 'node:crypto'

import { type Actor, createActor } from '../auth/actor.ts'
import { ROLE_RIGHTS, type Right, type Role } from '../auth/right.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Db } from '../db/db.ts'
import { loadTokenKeys, type TokenKeys } from '../keys/token-keys.ts'
import { openTestDatabase } from './database.ts'

export interface TestOrganization {
  readonly id: string
  readonly name: string
}

/** A fresh database with one organization. */
export async function openWorld(): Promise<
  { readonly db: Db; readonly organization: TestOrganization } & AsyncDisposable
> {
  const { db, [Symbol.asyncDispose]: close } = await openTestDatabase()
  return {
    db,
    organization: await insertOrganization(db, 'acme'),
    [Symbol.asyncDispose]: close,
  }
}

/** With the two storage backends that every organization starts with. */
export async function insertOrganization(db: Db, name: string): Promise<TestOrganization> {
  const { id } = await db
    .insertInto('organizations')
    .values({ name })
    .returning('id')
    .executeTakeFirstOrThrow()
  await casBackends.insertBuiltIn(db, { organizationId: id })
  return { id, name }
}

/** Somebody of the organization with the rights of a role; further rights, project or run as given. */
export function actorOf(
  organization: TestOrganization,
  role: Role,
  bound: { projectId?: string; runId?: string; rights?: readonly Right[]; id?: string } = {},
): Actor {
  const { rights = [], id = '00000000-0000-4000-8000-000000000001', ...scope } = bound
  return createActor({
    kind: 'api_token',
    id,
    name: `${role}-token`,
    organizationId: organization.id,
    organizationName: organization.name,
    ...scope,
    role,
    rights: new Set([...ROLE_RIGHTS[role], ...rights]),
  })
}

export function testTokenKeys(): Promise<TokenKeys> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return loadTokenKeys({ tokenKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
}
