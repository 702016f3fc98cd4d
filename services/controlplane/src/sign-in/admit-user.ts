import { forbidden } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { acceptInvitations } from '../invitations/accept-invitations.ts'
import { recordForUser } from '../sessions/record-for-user.ts'
import * as users from '../users/user-repo.ts'
import { readEmail, type User } from '../users/user.ts'
import { assertAllowed, isInstanceAdmin } from './allow-list.ts'
import type { VerifiedIdentity } from './identity-provider.ts'
import { onboard } from './onboarding.ts'

type Deps = Pick<Context, 'db'> & {
  readonly config: Pick<Context['config'], 'signInAllow' | 'instanceAdmins' | 'onboarding'>
}

/** Who signs in for the first time becomes a user; what waits for them is theirs. */
export async function admitUser({ db, config }: Deps, identity: VerifiedIdentity): Promise<User> {
  const email = readEmail(identity.email)
  assertAllowed(config, email)
  return inTransaction(db, async (tx) => {
    const user = await ensureUser(tx, { ...identity, email })
    const instanceAdmin = isInstanceAdmin(config, email)
    const { firstName, lastName } = identity
    await users.update(tx, user.id, { email, firstName, lastName, instanceAdmin })
    const actor = { kind: 'user', id: user.id, name: email } as const
    for (const organizationId of await onboard(tx, user.id, config.onboarding)) {
      await audit.record(tx, {
        organizationId,
        actor,
        action: 'membership.created',
        targetType: 'user',
        targetId: user.id,
        details: { user: email, because: 'everybody joins' },
      })
    }
    await acceptInvitations(tx, { id: user.id, email })
    await recordForUser(tx, user.id, { action: 'user.signed_in', targetId: user.id })
    return { ...user, email, firstName, lastName, instanceAdmin }
  })
}

/**
 * People are known by the provider's subject; an address only leads to an account that has no subject of this provider
 * yet. An address that was given to somebody else does not give them the account.
 */
async function ensureUser(tx: Db, identity: VerifiedIdentity): Promise<User> {
  const known = await users.findByIdentity(tx, identity)
  const holder = await users.findByEmail(tx, identity.email)
  if (known) {
    if (holder && holder.id !== known.id) throw taken(identity)
    return known
  }
  const user = holder ?? (await users.insert(tx, identity))
  if (!user || !(await users.addIdentity(tx, user.id, identity))) throw taken(identity)
  return user
}

function taken({ email }: VerifiedIdentity): Error {
  return forbidden(`${email} belongs to another identity here`, {
    reason: 'IDENTITY_CHANGED',
    hint: 'whoever looks after this instance has to delete the old account first',
  })
}
