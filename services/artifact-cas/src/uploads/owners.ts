import { createHash } from 'node:crypto'

import type { Coordination } from '@chainloop/kit/coordination/coordination'
import type { Logger } from '@chainloop/kit/logger'

import type { Config } from '../config.ts'

/** Which replica an upload is at, for those that it is not at. */
export interface Owners extends AsyncDisposable {
  /** Notes that an upload is here, and how far; for as long as the upload may rest. */
  claim(id: string, offset: number): Promise<void>
  /** URL of another replica's HTTP listener; undefined when nobody else has it, or nobody can tell. */
  find(id: string): Promise<string | undefined>
  release(id: string): Promise<void>
}

/** Without Redis, or an address of its own, a replica keeps its uploads to itself. */
export async function openOwners(
  { redisUrl, replicaUrl, uploadExpiry }: Pick<Config, 'redisUrl' | 'replicaUrl' | 'uploadExpiry'>,
  log: Logger,
): Promise<Owners> {
  if (redisUrl === undefined || replicaUrl === undefined) return alone
  // Loaded by who needs it: it takes memory.
  const { createRedisCoordination } = await import('@chainloop/kit/coordination/redis')
  const coordination = createRedisCoordination({ url: redisUrl, log })
  return sharedOwners(coordination, { replicaUrl, uploadExpiry })
}

const alone: Owners = {
  claim: async () => {},
  find: async () => undefined,
  release: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

function sharedOwners(
  coordination: Coordination,
  { replicaUrl, uploadExpiry }: { readonly replicaUrl: string; readonly uploadExpiry: number },
): Owners {
  return {
    claim: (id, offset) =>
      coordination.remember(
        keyOf(id),
        JSON.stringify({ owner: replicaUrl, offset }),
        uploadExpiry / 1000,
      ),
    async find(id) {
      const owner = ownerIn(await coordination.recall(keyOf(id)))
      return owner === replicaUrl ? undefined : owner
    },
    release: (id) => coordination.forget(keyOf(id)),
    [Symbol.asyncDispose]: () => coordination[Symbol.asyncDispose](),
  }
}

/** The id is a secret, which the shared memory need not know. */
function keyOf(id: string): string {
  return `upload:${createHash('sha256').update(id).digest('base64url')}`
}

function ownerIn(note: string | undefined): string | undefined {
  const said: unknown = note === undefined ? undefined : JSON.parse(note)
  if (typeof said !== 'object' || said === null || !('owner' in said)) return undefined
  return typeof said.owner === 'string' && URL.canParse(said.owner) ? said.owner : undefined
}
