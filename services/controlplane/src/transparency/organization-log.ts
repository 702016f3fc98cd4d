import { openCheckpoint, signerOf, verifierKey } from '@chainloop/attestation/merkle/checkpoint'
import type { Hash } from '@chainloop/attestation/merkle/hashing'
import type { TreeHead } from '@chainloop/attestation/merkle/verify-proof'
import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { proveConsistency } from '../evidence-logs/prove.ts'
import { logOrigin } from '../signing/log-keys.ts'
import type { LogKeys } from '../signing/log-keys.ts'
import type { TrustPurpose } from '../signing/trust.ts'
import * as entries from './entry-repo.ts'
import type { PlacedEntry } from './entry-repo.ts'

export type LogDeps = Pick<Context, 'db'> & { readonly signing: Pick<Context['signing'], 'log'> }

export interface LogHead {
  /** A signed note. */
  readonly checkpoint: string
  /** Of every key that heads were or will be signed with. */
  readonly verifierKeys: readonly string[]
}

/** Throws `notFound` for a log without entries. */
export async function getLogHead(
  { db, signing }: LogDeps,
  { organizationId }: Pick<Actor, 'organizationId'>,
): Promise<LogHead> {
  const log = await existingLog(db, organizationId)
  const checkpoint = await logs.findHead(db, log)
  if (checkpoint === undefined) throw notFound('head', 'of the transparency log')
  return { checkpoint, verifierKeys: verifierKeysOf(signing.log, log) }
}

/** The head that a checkpoint of this instance stands for. */
export function headIn(checkpoint: string, { verifiers }: Pick<LogKeys, 'verifiers'>): TreeHead {
  const keys = verifiers.map(({ publicKey }) => publicKey)
  const signer = signerOf(checkpoint, keys)
  if (!signer) throw new Error('a head of a log is of no key of this instance')
  return openCheckpoint(signer, checkpoint)
}

/** Entries in the order of the log, a page at a time: as fast as they are taken. */
export async function* readLog(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  from: number,
): AsyncGenerator<readonly PlacedEntry[]> {
  actor.require('log:read')
  const { organizationId } = actor
  for (let first = from; ; first += PAGE) {
    const page = await entries.readFrom(db, { organizationId, first, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
  }
}

const PAGE = 500

/** That the first `size` entries continue the first `earlierSize` ones. Throws `invalid`, `notFound`. */
export async function proveLogConsistency(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { earlierSize, size }: { readonly earlierSize: number; readonly size: number },
): Promise<Hash[]> {
  actor.require('log:read')
  const log = await existingLog(db, actor.organizationId)
  if (earlierSize > size || size > log.size) {
    throw invalid(`the log has ${log.size} entries: ${size} do not continue ${earlierSize}`)
  }
  return proveConsistency(db, log, { earlier: earlierSize, size })
}

/** One of the trust roots together with this organization's log, which has a name before it has entries. */
export async function trustedRootWithLog(
  { db, signing }: Pick<Context, 'db' | 'signing'>,
  organizationId: string,
  purpose: TrustPurpose,
): Promise<Buffer> {
  const log = await logs.find(db, { organizationId, kind: 'transparency' })
  return signing.trust.withLog(purpose, log?.origin ?? logOrigin(signing.log, organizationId))
}

export async function existingLog(db: Db, organizationId: string): Promise<logs.Log> {
  const log = await logs.find(db, { organizationId, kind: 'transparency' })
  if (log === undefined) throw notFound('entry', 'in the transparency log')
  return log
}

export function verifierKeysOf(
  keys: Pick<LogKeys, 'host' | 'verifiers'>,
  { origin, organizationId }: logs.Log,
): string[] {
  const name = origin ?? logOrigin(keys, organizationId)
  return keys.verifiers.map(({ publicKey }) => verifierKey({ origin: name, publicKey }))
}
