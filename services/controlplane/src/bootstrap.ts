import { notFound } from '@chainloop/kit/errors'

import * as apiTokens from './api-tokens/api-token-repo.ts'
import { signApiToken } from './api-tokens/sign-api-token.ts'
import * as audit from './audit/audit.ts'
import { actorReference } from './auth/actor.ts'
import type { Context } from './context.ts'
import { inTransaction } from './db/db.ts'
import { insertOrganization } from './organizations/create-organization.ts'
import * as organizations from './organizations/organization-repo.ts'

type Deps = Pick<Context, 'db' | 'tokens'>

export const DEFAULT_ORGANIZATION = 'default'

/** Whoever runs this process. */
const administrator = { kind: 'service', id: 'controlplane', name: 'control plane' } as const

/**
 * At the first start: makes the organization `default` with its storage, and returns an operator's token for it.
 * Undefined when the organization is there already; `createOperatorToken` makes further ones.
 */
export async function bootstrap(deps: Deps): Promise<string | undefined> {
  if (!(await ensureOrganization(deps, DEFAULT_ORGANIZATION))) return undefined
  return createOperatorToken(deps, { organizationName: DEFAULT_ORGANIZATION })
}

/** True when it was not there. */
export async function ensureOrganization({ db }: Pick<Deps, 'db'>, name: string): Promise<boolean> {
  if (await organizations.findByName(db, name)) return false
  await insertOrganization(db, { actor: administrator, name })
  return true
}

/** An operator's token, never expiring, named after the moment unless a name is given. */
export async function createOperatorToken(
  { db, tokens }: Deps,
  {
    organizationName,
    name = `operator-${Date.now()}`,
  }: { organizationName: string; name?: string },
): Promise<string> {
  const organization = await organizations.findByName(db, organizationName)
  if (!organization) throw notFound('organization', organizationName)
  const organizationId = organization.id
  const token = await inTransaction(db, async (tx) => {
    const inserted = await apiTokens.insert(tx, {
      organizationId,
      projectId: undefined,
      name,
      description: 'made by the server itself',
      role: 'operator',
      rights: [],
      createdBy: actorReference(administrator),
      expiresAt: undefined,
    })
    if (!inserted) throw new Error(`there is a token ${name} already`)
    await audit.record(tx, {
      organizationId,
      actor: administrator,
      action: 'api_token.created',
      targetType: 'api_token',
      targetId: inserted.id,
      details: { name, role: 'operator' },
    })
    return inserted
  })
  return signApiToken({ db, tokens }, { organizationId, organizationName }, token)
}
