import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type ProvenanceSchema,
  type ProvenanceService,
  ProvenanceState,
} from '@chainloop/proto/provenance/v1/provenance_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import { getProvenance, listProvenances } from '../provenance/get-provenance.ts'
import type { RunProvenance } from '../provenance/provenance.ts'
import { actorOf } from './actor-key.ts'

export function provenanceService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof ProvenanceService> {
  return {
    async get(req, call) {
      return { provenance: message(await getProvenance(ctx, actorOf(call), req)) }
    },

    async list({ digest, pagination }, call) {
      const wish = { digest, page: cursorPage(pagination) }
      const { items, nextCursor } = await listProvenances(ctx, actorOf(call), wish)
      return { provenances: items.map(message), pagination: { nextCursor } }
    },
  }
}

function message(one: RunProvenance): MessageInitShape<typeof ProvenanceSchema> {
  const { runId, subjects, issued, lastError } = one
  return {
    runId,
    subjects: subjects.map(({ name, digest }) => ({ name, digest })),
    lastError,
    state: issued ? ProvenanceState.READY : ProvenanceState.PENDING,
    ...(issued && {
      buildLevel: issued.level,
      levelReason: issued.levelReason,
      builderId: issued.builderId,
      bundle: new Uint8Array(issued.bundle),
      digest: issued.digest,
      issuedAt: timestampFromDate(issued.issuedAt),
    }),
  }
}
