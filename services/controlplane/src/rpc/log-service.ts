import type { LogService } from '@chainloop/proto/transparency/v1/log_service'
import { TrustPurpose } from '@chainloop/proto/trust/v1/trust_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import type { PlacedEntry } from '../transparency/entry-repo.ts'
import { listRunEvents } from '../transparency/list-run-events.ts'
import {
  getLogHead,
  proveLogConsistency,
  readLog,
  trustedRootWithLog,
} from '../transparency/organization-log.ts'
import { proveAttestation } from '../transparency/prove-attestation.ts'
import { actorOf } from './actor-key.ts'

export function logService(ctx: Pick<Context, 'db' | 'signing'>): ServiceImpl<typeof LogService> {
  return {
    async *read({ from }, call) {
      for await (const page of readLog(ctx, actorOf(call), Number(from))) {
        yield { entries: page.map(message) }
      }
    },
    async getHead(_req, call) {
      const { checkpoint, verifierKeys } = await getLogHead(ctx, actorOf(call))
      return { checkpoint, verifierKeys: [...verifierKeys] }
    },
    async proveConsistency({ earlierSize, size }, call) {
      const sizes = { earlierSize: Number(earlierSize), size: Number(size) }
      return { proof: await proveLogConsistency(ctx, actorOf(call), sizes) }
    },
    async proveAttestation({ digest }, call) {
      return { logEntry: await proveAttestation(ctx, actorOf(call), digest) }
    },
    async *listRunEvents(req, call) {
      const { head, pages } = await listRunEvents(ctx, actorOf(call), req)
      yield { checkpoint: head.checkpoint, verifierKeys: [...head.verifierKeys] }
      for await (const page of pages) {
        yield {
          entries: page.map(({ entry, proof }) => ({ entry: message(entry), proof: [...proof] })),
        }
      }
    },
    async getTrustedRoot({ purpose }, call) {
      const { organizationId } = actorOf(call)
      const wanted = purpose === TrustPurpose.PROVENANCE ? 'provenance' : 'attestations'
      return { trustedRoot: await trustedRootWithLog(ctx, organizationId, wanted) }
    },
  }
}

function message({ position, body }: PlacedEntry): { position: bigint; content: Uint8Array } {
  return { position: BigInt(position), content: body }
}
