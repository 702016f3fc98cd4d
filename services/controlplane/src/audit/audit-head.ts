import { signerOf, verifierKey } from '@chainloop/attestation/merkle/checkpoint'
import type { Hash } from '@chainloop/attestation/merkle/hashing'
import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { proveConsistency } from '../evidence-logs/prove.ts'
import type { Signing } from '../signing/signing.ts'

type Deps = Pick<Context, 'db'> & { readonly signing: Pick<Signing, 'log'> }

export interface AuditHead {
  readonly checkpoint: string
  readonly verifierKey: string
}

/** The newest signed head, with the key that signed it. Throws `notFound` for a log without entries. */
export async function getAuditHead({ db, signing }: Deps, actor: Actor): Promise<AuditHead> {
  actor.require('audit:read')
  const checkpoint = await logs.findHead(db, await auditLog(db, actor.organizationId))
  if (checkpoint === undefined) throw notFound('head', 'of the audit log')
  const keys = signing.log.verifiers.map(({ publicKey }) => publicKey)
  const signer = signerOf(checkpoint, keys)
  if (signer === undefined)
    throw new Error('the head of the audit log is of no key of this instance')
  return { checkpoint, verifierKey: verifierKey(signer) }
}

/** That the first `size` entries continue the first `earlierSize` ones. Throws `invalid`, `notFound`. */
export async function proveAuditConsistency(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { earlierSize, size }: { readonly earlierSize: number; readonly size: number },
): Promise<Hash[]> {
  actor.require('audit:read')
  const log = await auditLog(db, actor.organizationId)
  if (earlierSize > size || size > log.size) {
    throw invalid(`the log has ${log.size} entries: ${size} do not continue ${earlierSize}`)
  }
  return proveConsistency(db, log, { earlier: earlierSize, size })
}

async function auditLog(db: Context['db'], organizationId: string): Promise<logs.Log> {
  const log = await logs.find(db, { organizationId, kind: 'audit' })
  if (log === undefined) throw notFound('entry', 'in the audit log')
  return log
}
