import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import {
  type AuditService,
  type EntrySchema,
  type ListRequest,
  Outcome,
} from '@chainloop/proto/audit/v1/audit_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { PlacedEntry } from '../audit/audit-entry.ts'
import { getAuditHead, proveAuditConsistency } from '../audit/audit-head.ts'
import { type ListAudit, listAudit } from '../audit/list-audit.ts'
import { readAudit } from '../audit/read-audit.ts'
import type { Context } from '../context.ts'
import { actorOf } from './actor-key.ts'

function outcomeOf(number: Outcome): ListAudit['outcome'] {
  if (number === Outcome.DONE) return 'done'
  return number === Outcome.REFUSED ? 'refused' : undefined
}

export function auditService(
  ctx: Pick<Context, 'db' | 'signing'>,
): ServiceImpl<typeof AuditService> {
  return {
    async list(req, call) {
      const { entries, nextCursor } = await listAudit(ctx, actorOf(call), wanted(req))
      return { entries: entries.map(message), pagination: { nextCursor } }
    },
    async *read({ from, follow }, call) {
      const { signal } = call
      const pages = readAudit(ctx, actorOf(call), { from: Number(from), follow, signal })
      for await (const entries of pages) yield { entries: entries.map(message) }
    },
    getHead: (_req, call) => getAuditHead(ctx, actorOf(call)),
    async proveConsistency({ earlierSize, size }, call) {
      const sizes = { earlierSize: Number(earlierSize), size: Number(size) }
      return { proof: await proveAuditConsistency(ctx, actorOf(call), sizes) }
    },
  }
}

function wanted({ since, until, outcome, pagination, ...req }: ListRequest): ListAudit {
  return {
    action: req.action,
    actor: req.actor,
    targetType: req.targetType,
    targetId: req.targetId,
    outcome: outcomeOf(outcome),
    since: since && timestampDate(since),
    until: until && timestampDate(until),
    cursor: pagination?.cursor ?? '',
    limit: pagination?.limit ?? 0,
  }
}

function message({ position, content }: PlacedEntry): MessageInitShape<typeof EntrySchema> {
  return { content, ...(position === undefined ? {} : { position: BigInt(position) }) }
}
