import type { TestedAttachment } from '@chainloop/sdk/model/integration'

import { defineCommand } from '../../../core/command.ts'
import { type Block, record, text } from '../../../core/view.ts'

export const attachedTest = defineCommand({
  name: 'integration attached test',
  summary: 'Show what a delivery would send, without sending it',
  options: {
    id: { type: 'string', required: true, help: 'id of the attachment' },
    run: { type: 'string', required: true, placeholder: 'id', help: 'a run with an attestation' },
  },
  examples: ['chainloop integration attached test --id $ATTACHMENT_ID --run $RUN_ID'],

  async run(session, { id, run }) {
    const client = await session.client()
    const { toTestedAttachment } = await import('@chainloop/sdk/model/integration')
    return toTestedAttachment(await client.attachments.test({ attachmentId: id, runId: run }))
  },

  view: ({ messages, skipped, problem }) => [
    ...verdict({ skipped, problem }),
    ...messages.flatMap(({ target, headers, body }) => [
      record([['to', target], ...Object.entries(headers)]),
      text(body),
    ]),
  ],
})

function verdict({ skipped, problem }: Omit<TestedAttachment, 'messages'>): readonly Block[] {
  if (problem !== '') return [text(`it would not be delivered: ${problem}`)]
  if (skipped !== '') return [text(`it would be skipped: ${skipped}`)]
  return [text('it would send this; secrets are masked, nothing was sent')]
}
