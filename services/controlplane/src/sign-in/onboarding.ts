import type { Db } from '../db/db.ts'
import * as memberships from '../memberships/membership-repo.ts'
import * as organizations from '../organizations/organization-repo.ts'

const ROLES = ['viewer', 'member', 'contributor'] as const

interface Onboarding {
  readonly organization: string
  readonly role: (typeof ROLES)[number]
}

/** `organization=role` each. Throws for anything else: nobody becomes an administrator just like that. */
export function readOnboarding(rules: readonly string[]): readonly Onboarding[] {
  return rules.map((rule) => {
    const [organization = '', wanted, ...rest] = rule.split('=')
    const role = ROLES.find((one) => one === wanted)
    if (organization === '' || role === undefined || rest.length > 0) {
      throw new Error(
        `CHAINLOOP_ONBOARDING: ${rule} is not organization=role with ${ROLES.join(', ')}`,
      )
    }
    return { organization, role }
  })
}

/** Into organizations that are there. A role that the person has already is kept. Returns where they are new. */
export async function onboard(
  tx: Db,
  userId: string,
  rules: readonly string[],
): Promise<readonly string[]> {
  const joined: string[] = []
  for (const { organization, role } of readOnboarding(rules)) {
    const found = await organizations.findByName(tx, organization)
    if (!found) continue
    const isNew = await memberships.insert(tx, { organizationId: found.id, userId, role })
    if (isNew) joined.push(found.id)
  }
  return joined
}
