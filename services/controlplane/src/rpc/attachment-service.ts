import type { AttachmentService } from '@chainloop/proto/integrations/v1/attachment_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { testAttachment } from '../integrations/test-attachment.ts'
import { actorOf } from './actor-key.ts'

export function attachmentService(
  ctx: Pick<Context, 'db' | 'queue' | 'secrets'>,
): ServiceImpl<typeof AttachmentService> {
  return {
    async test(req, call) {
      const { messages, skipped, problem } = await testAttachment(ctx, actorOf(call), req)
      const shown = messages.map((message) => ({ ...message, headers: { ...message.headers } }))
      return { messages: shown, skipped, problem }
    },
  }
}
