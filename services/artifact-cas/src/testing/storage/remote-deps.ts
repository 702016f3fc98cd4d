import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Resolve } from '@chainloop/kit/egress/guard'
import { createGuardedAgents } from '@chainloop/kit/egress/guarded-agent'

import { ownIdentity } from '../../backends/remote/own-identity.ts'
import { createPartBuffers } from '../../backends/remote/part-buffers.ts'
import type { RemoteDeps } from '../../backends/remote/remote-deps.ts'
import { createHashPool } from '../../hashing/hash-pool.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

export interface RemoteOptions {
  readonly allow?: readonly string[]
  readonly partBytes?: number
  readonly ownIdentityLocations?: readonly string[]
  readonly timeoutMs?: number
  readonly ca?: string
  readonly resolve?: Resolve
}

/** What providers of remote storage need, with loopback open to them. */
export async function remoteDeps({
  allow = ['127.0.0.1', 'localhost'],
  partBytes = 1 << 20,
  ownIdentityLocations = [],
  timeoutMs = 5000,
  ...rest
}: RemoteOptions = {}): Promise<RemoteDeps & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryDirectory())
  const directory = join(folder.path, 'spool')
  await mkdir(directory)
  const pool = stack.use(createHashPool(1))
  const agents = stack.use(createGuardedAgents({ allow, ...rest }))
  const open = stack.move()
  return {
    pool,
    directory,
    agents,
    buffers: createPartBuffers(4, partBytes),
    ownIdentity: ownIdentity(ownIdentityLocations),
    timeoutMs,
    retryDelayMs: 5,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
