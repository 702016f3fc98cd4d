import { conflict, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { type CursorList, type CursorPage, pageWithin } from '../pages.ts'
import type { PolicyWish } from '../policy-store/read-policies.ts'
import { findVersion } from '../policy-store/read-policies.ts'
import * as policies from '../policy-store/stored-policy-repo.ts'
import { KIND_NAMES, type StoredKind } from '../policy-store/stored-policy.ts'
import * as defaults from './policy-default-repo.ts'
import type { PolicyDefault } from './policy-default.ts'

export interface WantedDefault
  extends PolicyWish, Pick<PolicyDefault, 'with' | 'gate' | 'shadow'> {}

/** For runs that are opened from now on; in the place of the default of that name. */
export async function setDefault(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wanted: WantedDefault,
): Promise<PolicyDefault> {
  actor.require('policy:manage')
  const { organizationId } = actor
  const { gate, shadow } = wanted
  return inTransaction(db, async (tx) => {
    const { policyId, version, name, kind, digest } = await findVersion(tx, actor, wanted)
    const locked = await policies.lock(tx, { organizationId, kind, name })
    if (!locked || locked.isDeleted) throw notFound(KIND_NAMES[kind], name)
    await defaults.remove(tx, { organizationId, policyId })
    await defaults.insert(tx, {
      organizationId,
      policyId,
      version,
      with: wanted.with,
      gate,
      shadow,
      createdBy: actorReference(actor),
      createdByName: actor.name,
    })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'policy_default.set',
      targetType: kind,
      targetId: policyId,
      details: { name, version, digest, with: wanted.with, gate, shadow },
    })
    const all = await defaults.list(tx, { organizationId })
    const found = all.find((one) => one.name === name && one.kind === kind)
    if (!found) throw conflict(`${name} is no default any more`, { reason: 'DEFAULT_CHANGED' })
    return found
  })
}

export async function listDefaults(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: CursorPage,
): Promise<CursorList<PolicyDefault>> {
  actor.requireSomewhere('policy:read')
  return pageWithin(await defaults.list(db, actor), page)
}

export async function removeDefault(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name, kind }: { readonly name: string; readonly kind: StoredKind },
): Promise<void> {
  actor.require('policy:manage')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const locked = await policies.lock(tx, { organizationId, kind, name })
    const policyId = locked?.id ?? ''
    const isRemoved = locked && (await defaults.remove(tx, { organizationId, policyId }))
    if (!isRemoved) throw notFound(`default ${KIND_NAMES[kind]}`, name)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'policy_default.removed',
      targetType: kind,
      targetId: policyId,
      details: { name },
    })
  })
}
