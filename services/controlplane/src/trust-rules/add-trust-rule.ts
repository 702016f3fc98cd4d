import { alreadyExists, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { safeAddress } from '../identities/issuer-keys.ts'
import { type Platform, PLATFORMS } from '../identities/platforms.ts'
import { assertName } from '../names.ts'
import { getProject } from '../projects/get-project.ts'
import * as trustRules from './trust-rule-repo.ts'
import { isTrustRuleRight, TRUST_RULE_RIGHTS, type TrustRule } from './trust-rule.ts'

export interface AddTrustRuleInput {
  readonly name: string
  readonly platform: Platform
  readonly issuer: string
  readonly claims: Readonly<Record<string, string>>
  readonly projectName: string
  readonly rights: readonly string[]
}

/** Effective with the next Init. */
export async function addTrustRule(
  { db, config }: Pick<Context, 'db'> & { readonly config: Pick<Context['config'], 'egressAllow'> },
  actor: Actor,
  input: AddTrustRuleInput,
): Promise<TrustRule> {
  assertName('trust rule', input.name)
  assertIssuer(input.issuer, config.egressAllow)
  assertClaims(input)
  const rights = input.rights.filter(isTrustRuleRight)
  if (rights.length < input.rights.length) {
    throw invalid(`trust rules grant ${TRUST_RULE_RIGHTS.join(', ')} and nothing else`, {
      reason: 'INVALID_RIGHTS',
    })
  }
  return inTransaction(db, async (tx) => {
    const project = await getProject(tx, actor, { name: input.projectName })
    actor.require('trust_rule:create', { projectId: project.id })
    const { organizationId } = actor
    const { name, platform, issuer, claims } = input
    const rule = await trustRules.insert(tx, {
      organizationId,
      name,
      platform,
      issuer,
      claims,
      rights,
      project: { id: project.id, name: project.name },
      createdBy: actorReference(actor),
    })
    if (!rule) throw alreadyExists('trust rule', name)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'trust_rule.added',
      targetType: 'trust_rule',
      targetId: rule.id,
      details: { name, platform, issuer, claims, rights, project: project.name },
    })
    return rule
  })
}

function assertIssuer(issuer: string, egressAllow: readonly string[]): void {
  const url = URL.parse(issuer)
  if (url && url.search === '' && url.hash === '' && safeAddress(egressAllow)(issuer)) return
  throw invalid(`${JSON.stringify(issuer)} is not an issuer: an https URL without query`, {
    reason: 'INVALID_ISSUER',
  })
}

function assertClaims({ platform, claims }: Pick<AddTrustRuleInput, 'platform' | 'claims'>): void {
  const { immutable } = PLATFORMS[platform]
  if (immutable.some((name) => Object.hasOwn(claims, name))) return
  throw invalid(
    `a rule for ${platform} needs one of the claims that nobody can take over: ${immutable.join(', ')}`,
    {
      reason: 'IMMUTABLE_CLAIM_REQUIRED',
      hint: 'names can be given to somebody else; add names beside an immutable claim',
    },
  )
}
