import { DomainError, notFound, unauthenticated } from '@chainloop/kit/errors'
import { decodeJwt } from 'jose'

import type { Context } from '../context.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import { claimReader, factsOf } from '../identities/platforms.ts'
import { type VerifiedToken, verifyIdentityToken } from '../identities/verify-identity-token.ts'
import * as organizations from '../organizations/organization-repo.ts'
import type { Organization } from '../organizations/organization.ts'
import * as trustRules from '../trust-rules/trust-rule-repo.ts'
import type { TrustRule } from '../trust-rules/trust-rule.ts'
import { type Actor, createActor, type Source } from './actor.ts'
import type { Credentials } from './authenticate.ts'

/** A job that proved itself with its platform's token, which is not used up yet. */
export interface TrustedJob {
  readonly token: VerifiedToken
  readonly organization: Pick<Organization, 'id' | 'name'>
  /** Of the organization; the token meets all of them. */
  readonly rules: readonly TrustRule[]
  /** Where it calls from. */
  readonly source?: Source
}

type Deps = Pick<Context, 'db' | 'log' | 'config' | 'issuerKeys'>

/**
 * Who presents the identity token of a CI platform. One answer for everything that may be wrong: nobody learns which
 * organizations there are and whom they trust.
 */
export async function trustedJob(ctx: Deps, credentials: Credentials): Promise<TrustedJob> {
  try {
    return await identify(ctx, credentials)
  } catch (cause) {
    if (cause instanceof DomainError && cause.code === 'unavailable') throw cause
    ctx.log.info({ err: cause, organization: credentials.organization }, 'an identity was refused')
    throw unauthenticated('the identity token is not valid here, or no trust rule accepts it', {
      reason: 'IDENTITY_NOT_TRUSTED',
      hint: 'the token has to be issued for the URL of this instance, and the organization has to be named',
      cause,
    })
  }
}

async function identify(ctx: Deps, { token = '', organization }: Credentials): Promise<TrustedJob> {
  const audience = audienceOf(ctx.config)
  if (audience === undefined) throw new Error('this instance has no URL of its own to be meant by')
  const { iss: issuer } = decodeJwt(token)
  const found = await organizations.findByName(ctx.db, organization ?? '')
  if (issuer === undefined || !found || found.suspended) throw new Error('there is no rule')
  // Keys are fetched only from issuers that the organization trusts.
  const candidates = await trustRules.list(ctx.db, { organizationId: found.id, issuer })
  if (candidates.length === 0) throw new Error(`there is no rule for ${issuer}`)
  const verified = await verifyIdentityToken(ctx, token, { issuer, audience })
  const rules = candidates.filter((rule) => isMet(rule, verified))
  if (rules.length === 0) throw new Error('the claims meet no rule')
  return { token: verified, organization: found, rules }
}

/** What platforms put into tokens when nobody asks for an audience, or what other services go by. */
const FOREIGN_AUDIENCE =
  /^(?:https:\/\/(?:github\.com|gitlab\.com|buildkite\.com|(?:[^/]*\.)?circleci\.com|accounts\.google\.com|kubernetes\.default\.svc(?:\.cluster\.local)?)(?:\/|$)|sts\.amazonaws\.com$|sigstore$)/

/** Undefined: no token can be meant for this instance and no other. */
export function audienceOf({
  externalUrl,
}: Pick<Context['config'], 'externalUrl'>): string | undefined {
  const url = externalUrl?.replace(/\/+$/, '')
  return url === undefined || FOREIGN_AUDIENCE.test(url) ? undefined : url
}

function isMet({ platform, claims }: TrustRule, token: VerifiedToken): boolean {
  const claim = claimReader(platform, token.claims)
  return Object.entries(claims).every(([name, value]) => claim(name) === value)
}

/** As the gate sees it: may call Init, and means no project until its rule is chosen. */
export function unboundActor({ token, organization }: TrustedJob): Actor {
  return createActor({
    kind: 'job',
    id: token.subject,
    name: token.subject,
    organizationId: organization.id,
    organizationName: organization.name,
    projectId: '',
    role: 'job',
    rights: new Set(['run:attest']),
  })
}

/** For the project that the job names; what no rule of that project lets in is told that it is not there. */
export function boundActor(
  { organization, rules, token, source }: TrustedJob,
  projectName: string,
): { readonly actor: Actor; readonly identity: JobIdentity } {
  const rule = rules.find(({ project }) => project.name === projectName)
  if (!rule) throw notFound('project', projectName)
  const { id, name, platform, issuer, claims } = rule
  const actor = createActor({
    kind: 'trust_rule',
    id,
    name: `${name} (${token.subject})`,
    organizationId: organization.id,
    organizationName: organization.name,
    projectId: rule.project.id,
    role: 'job',
    rights: new Set(['run:attest', ...rule.rights]),
    ...(source && { source }),
  })
  const facts = factsOf(platform, claimReader(platform, token.claims), issuer)
  const known = { platform, issuer, subject: token.subject, rule: { id, name }, claims }
  return { actor, identity: { ...facts, ...known } }
}
