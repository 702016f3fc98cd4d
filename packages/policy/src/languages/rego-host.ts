import type { Host } from '@chainloop/rego/host'
import { nodeHost } from '@chainloop/rego/node-host'

import { guardedFetch } from './guarded-fetch.ts'
import { grant } from './rego-functions.ts'
import { type Grants, ScriptFailed } from './script-language.ts'

export interface ScriptWorld {
  readonly host: Host
  /** Throws `ScriptFailed` when the script asked for a host that it may not: whatever it made of the refusal. */
  assertAllowed(): void
}

/** What one evaluation sees: its time, cryptography, and what it was granted. */
export function scriptWorld(grants: Grants, now: Date): ScriptWorld {
  const guarded = guardedFetch(grants)
  const host: Host = {
    ...nodeHost(),
    now: () => now.getTime(),
    ...(guarded && { fetch: guarded.fetch }),
    ...(grants.print && { print: grants.print }),
  }
  return {
    host: grant(host, grants),
    assertAllowed() {
      const [name] = guarded?.refused ?? []
      if (name !== undefined) throw new ScriptFailed(`unallowed host: ${name}`)
    },
  }
}
