import { ensureOrganization } from '../bootstrap.ts'
import type { Config } from '../config.ts'
import { createContext } from '../context.ts'
import { inviteOwner } from '../sign-in/first-owner.ts'

/** `invite-owner <organization> <e-mail>`: who signs in with that address owns it, unless it has an owner. */
export async function inviteFirst(config: Config, args: readonly string[]): Promise<void> {
  const [organizationName, email, ...rest] = args
  if (!organizationName || !email || rest.length > 0) {
    throw new Error('usage: invite-owner <organization> <e-mail>')
  }
  await using ctx = await createContext(config)
  await ensureOrganization(ctx, organizationName)
  if (await inviteOwner(ctx, { organizationName, email })) return
  throw new Error(`${organizationName} has an owner: only owners make owners`)
}
