import { createContext } from '../context.ts'
import { suspendOrganization } from '../organizations/suspend-organization.ts'
import type { Command } from './commands.ts'

/** `suspend <organization>` and `resume <organization>`. */
export function suspend(suspended: boolean): Command {
  return async (config, [name, ...rest]) => {
    if (!name || rest.length > 0) {
      throw new Error(`usage: ${suspended ? 'suspend' : 'resume'} <organization>`)
    }
    await using ctx = await createContext(config)
    await suspendOrganization(ctx, { name, suspended })
  }
}
