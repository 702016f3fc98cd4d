import { createPublicKey } from 'node:crypto'

import { verifierKey } from '@chainloop/attestation/merkle/checkpoint'
import type { Hash } from '@chainloop/attestation/merkle/hashing'
import { conflict, invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { proveConsistency } from '../evidence-logs/prove.ts'
import { auditOrigin } from './sequence-audit.ts'

type Deps = Pick<Context, 'db' | 'logKey'> & { readonly config: Pick<Context['config'], 'issuer'> }

export interface AuditHead {
  readonly checkpoint: string
  readonly verifierKey: string
}

/** The newest signed head. Throws `conflict` where there is no key for logs, `notFound` for a log without entries. */
export async function getAuditHead({ db, logKey, config }: Deps, actor: Actor): Promise<AuditHead> {
  actor.require('audit:read')
  if (logKey === undefined) {
    throw conflict('this installation signs no logs: its operator has to set CHAINLOOP_LOG_KEY', {
      reason: 'LOG_NOT_SIGNED',
    })
  }
  const { organizationId } = actor
  const checkpoint = await logs.findHead(db, await auditLog(db, organizationId))
  if (checkpoint === undefined) throw notFound('head', 'of the audit log')
  const origin = auditOrigin(config.issuer, organizationId)
  return {
    checkpoint,
    verifierKey: verifierKey({ origin, publicKey: createPublicKey(logKey) }),
  }
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
