import type { TrustRule as TrustRuleMessage } from '@chainloop/proto/trustrules/v1/trust_rule_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const trustPlatform = enumNames({
  github: 1,
  gitlab: 2,
  buildkite: 3,
  circleci: 4,
  google: 5,
  kubernetes: 6,
  generic: 7,
})

/** Which CI jobs may open runs of a project with their own identity. */
export interface TrustRule {
  readonly id: string
  readonly name: string
  readonly platform: string
  readonly issuer: string
  readonly claims: Readonly<Record<string, string>>
  readonly project: string
  readonly rights: readonly string[]
  readonly createdAt: Date | undefined
}

export function toTrustRule(item: TrustRuleMessage | undefined): TrustRule {
  const one = answered(item, 'a trust rule')
  return {
    id: one.id,
    name: one.name,
    platform: trustPlatform.nameOf(one.platform),
    issuer: one.issuer,
    claims: one.claims,
    project: one.projectName,
    rights: one.rights,
    createdAt: toDate(one.createdAt),
  }
}
