import type { GuardedAgents } from '@chainloop/kit/egress/guarded-agent'

import type { OwnIdentity } from './own-identity.ts'
import type { PutDeps } from './put-in-parts.ts'

/** What providers of remote storage share. */
export interface RemoteDeps extends PutDeps {
  readonly agents: GuardedAgents
  readonly ownIdentity: OwnIdentity
  /** A storage that says nothing for this long is given up. */
  readonly timeoutMs: number
  /** Before the first repetition; later ones wait longer. */
  readonly retryDelayMs: number
}
