import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'
import type { ContainedPolicy } from './contain-policy.ts'
import type { LockedPolicy, PolicyName } from './stored-policy-repo.ts'
import * as policies from './stored-policy-repo.ts'
import { KIND_NAMES, type StoredVersion } from './stored-policy.ts'
import * as versions from './stored-version-repo.ts'

export interface AppliedPolicy {
  readonly status: 'created' | 'updated' | 'unchanged'
  readonly version: Pick<StoredVersion, 'version' | 'digest' | 'size'> & Partial<StoredVersion>
}

/** A version of its own where the document says something else than the latest one; a dry run only says which. */
export async function applyPolicy(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { policy, dryRun }: { readonly policy: ContainedPolicy; readonly dryRun: boolean },
): Promise<AppliedPolicy> {
  actor.require('policy:manage')
  const { kind, metadata, digest } = policy
  const name: PolicyName = { organizationId: actor.organizationId, kind, name: metadata.name }
  assertName(KIND_NAMES[kind], metadata.name)
  return inTransaction(db, async (tx) => {
    const isNew = !dryRun && (await insertFirst(tx, actor, { name, policy }))
    if (isNew) return { status: 'created', version: await latest(tx, name) }
    const locked = await policies.lock(tx, name)
    if (!locked) return { status: 'created', version: { version: 1, ...sizeOf(policy) } }
    const isSame = await says(tx, locked, { name, digest })
    if (isSame && !locked.isDeleted) return { status: 'unchanged', version: await latest(tx, name) }
    const version = locked.latestVersion + (isSame ? 0 : 1)
    const status = locked.isDeleted ? 'created' : 'updated'
    if (dryRun) return { status, version: { version, ...sizeOf(policy) } }
    await addVersion(tx, actor, { name, policy, locked, version })
    return { status, version: await latest(tx, name) }
  })
}

function sizeOf({ digest, content }: ContainedPolicy) {
  return { digest, size: content.length }
}

async function insertFirst(
  tx: Db,
  actor: Actor,
  { name, policy }: { name: PolicyName; policy: ContainedPolicy },
): Promise<boolean> {
  const id = await policies.insert(tx, name, policy.metadata.description)
  if (id === undefined) return false
  await insertVersion(tx, actor, { id, version: 1, policy })
  await record(tx, actor, { id, policy, version: 1, before: undefined })
  return true
}

async function addVersion(
  tx: Db,
  actor: Actor,
  {
    name,
    policy,
    locked: { id, latestVersion },
    version,
  }: { name: PolicyName; policy: ContainedPolicy; locked: LockedPolicy; version: number },
): Promise<void> {
  const { organizationId } = name
  const { description } = policy.metadata
  if (version > latestVersion) await insertVersion(tx, actor, { id, version, policy })
  await policies.update(tx, { organizationId, id }, { latestVersion: version, description })
  await record(tx, actor, { id, policy, version, before: latestVersion })
}

async function insertVersion(
  tx: Db,
  actor: Actor,
  {
    id,
    version,
    policy: { digest, content },
  }: { id: string; version: number; policy: ContainedPolicy },
): Promise<void> {
  const { organizationId } = actor
  await documents.insert(tx, { organizationId, documents: new Map([[digest, content]]) })
  await versions.insert(tx, {
    organizationId,
    policyId: id,
    version,
    digest,
    createdBy: actorReference(actor),
    createdByName: actor.name,
  })
}

async function record(
  tx: Db,
  actor: Actor,
  {
    id,
    policy: { kind, metadata, digest },
    version,
    before,
  }: { id: string; policy: ContainedPolicy; version: number; before: number | undefined },
): Promise<void> {
  await audit.record(tx, {
    organizationId: actor.organizationId,
    actor,
    action: 'policy.applied',
    targetType: kind,
    targetId: id,
    details: { name: metadata.name, version, digest, ...(before !== undefined && { before }) },
  })
}

/** Whether the latest version is these very bytes. */
async function says(
  tx: Db,
  { id, latestVersion }: LockedPolicy,
  { name: { organizationId }, digest }: { name: PolicyName; digest: string },
): Promise<boolean> {
  const all = await versions.list(tx, { organizationId, policyId: id })
  return all.some((one) => one.version === latestVersion && one.digest === digest)
}

async function latest(tx: Db, name: PolicyName): Promise<StoredVersion> {
  const wanted = { name: name.name, version: undefined, digest: undefined }
  const found = await versions.find(tx, name, wanted)
  if (!found) throw notFound(KIND_NAMES[name.kind], name.name)
  return found
}
