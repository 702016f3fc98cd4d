import type { ContractDocumentService } from '@chainloop/proto/contracts/v1/contract_document_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { getPinnedDocument, listPins } from '../policy-documents/get-pinned-document.ts'
import { actorOf } from './actor-key.ts'
import { pinMessage } from './contract-message.ts'

export function contractDocumentService(
  ctx: Pick<Context, 'db'>,
): ServiceImpl<typeof ContractDocumentService> {
  return {
    async get(req, call) {
      return { content: new Uint8Array(await getPinnedDocument(ctx, actorOf(call), req)) }
    },
    async list(req, call) {
      return { pins: (await listPins(ctx, actorOf(call), req)).map(pinMessage) }
    },
  }
}
