import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'
import * as policies from './stored-policy-repo.ts'
import {
  KIND_NAMES,
  type StoredKind,
  type StoredPolicy,
  type StoredVersion,
} from './stored-policy.ts'
import { requestedReference } from './stored-reference.ts'
import * as versions from './stored-version-repo.ts'

export async function listPolicies(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { kind, page }: { readonly kind: StoredKind | undefined; readonly page: CursorPage },
): Promise<CursorList<StoredPolicy>> {
  actor.requireSomewhere('policy:read')
  const { organizationId } = actor
  return cutPage(await policies.list(db, { organizationId, kind }, page), page)
}

export interface StoredContent {
  readonly version: StoredVersion
  readonly content: Uint8Array
}

export interface PolicyWish {
  /** `name`, `name@version` or `name@sha256:<hex>`. */
  readonly reference: string
  /** Undefined: a policy, or a group where there is no such policy. */
  readonly kind: StoredKind | undefined
}

/** What a reference stands for now. Runs may read it, too: their contracts could refer to it. */
export async function readPolicy(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wish: PolicyWish,
): Promise<StoredContent> {
  actor.requireSomewhere('policy:read')
  const version = await findVersion(db, actor, wish)
  const { organizationId } = actor
  const content = await documents.find(db, { organizationId, digest: version.digest })
  if (!content) throw notFound('document', version.digest)
  return { version, content }
}

export async function findVersion(
  db: Db,
  actor: Pick<Actor, 'organizationId' | 'organizationName'>,
  { reference, kind }: PolicyWish,
): Promise<StoredVersion> {
  const { organizationId } = actor
  const wanted = requestedReference(reference, actor)
  for (const one of kind === undefined ? (['policy', 'policy_group'] as const) : [kind]) {
    const found = await versions.find(db, { organizationId, kind: one }, wanted)
    if (found) return found
  }
  throw notFound(KIND_NAMES[kind ?? 'policy'], reference)
}

export interface DescribedPolicy extends StoredContent {
  readonly policy: StoredPolicy
  /** The latest first. */
  readonly versions: readonly StoredVersion[]
  /** Names of contracts whose latest revision refers to it; empty for who does not see all of them. */
  readonly contracts: readonly string[]
}

export async function describePolicy(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wish: PolicyWish,
): Promise<DescribedPolicy> {
  const { version, content } = await readPolicy({ db }, actor, wish)
  const { organizationId } = actor
  const name = { organizationId, kind: version.kind, name: version.name }
  const policy = await policies.find(db, name)
  if (!policy) throw notFound(KIND_NAMES[version.kind], version.name)
  const seesAll = actor.projectIds === undefined && actor.can('contract:read')
  return {
    policy,
    version,
    content,
    versions: await versions.list(db, { organizationId, policyId: policy.id }),
    contracts: seesAll ? await policies.listContracts(db, name) : [],
  }
}
