import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  VerificationResult,
  type VerificationSummarySchema,
  type VerificationSummaryService,
} from '@chainloop/proto/summaries/v1/verification_summary_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { listSummaries } from '../summaries/list-summaries.ts'
import { summaryKey } from '../summaries/plain-envelope.ts'
import type { Summary, SummaryResult } from '../summaries/summary.ts'
import { actorOf } from './actor-key.ts'

export function verificationSummaryService(
  ctx: Pick<Context, 'db' | 'signing'>,
): ServiceImpl<typeof VerificationSummaryService> {
  return {
    async create(req, call) {
      const deps = { ...ctx, ...evidenceSigner(ctx) }
      return { summary: message(await createSummary(deps, actorOf(call), req)) }
    },

    async list(req, call) {
      const wanted = { ...req, result: RESULTS[req.result] }
      const { summaries, nextCursor } = await listSummaries(ctx, actorOf(call), wanted)
      return { summaries: summaries.map(message), nextCursor }
    },

    getPublicKey() {
      const { pem, keyId } = summaryKey(ctx.signing.provenance.key.spki)
      return { publicKey: pem, keyId }
    },
  }
}

const RESULTS: Readonly<Record<VerificationResult, SummaryResult | undefined>> = {
  [VerificationResult.UNSPECIFIED]: undefined,
  [VerificationResult.PASSED]: 'PASSED',
  [VerificationResult.FAILED]: 'FAILED',
}

function message(one: Summary): MessageInitShape<typeof VerificationSummarySchema> {
  return {
    id: one.id,
    subjectDigest: one.subjectDigest,
    subjectName: one.subjectName,
    resourceUri: one.resourceUri,
    runId: one.runId,
    result: VerificationResult[one.result],
    verifiedLevels: [...one.verifiedLevels],
    reasons: [...one.reasons],
    verifiedAt: timestampFromDate(one.verifiedAt),
    bundle: new Uint8Array(one.bundle),
    bundleDigest: one.bundleDigest,
    envelope: new Uint8Array(one.envelope),
    envelopeDigest: one.envelopeDigest,
  }
}
