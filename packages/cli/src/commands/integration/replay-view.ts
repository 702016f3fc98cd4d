import type { Replay } from '@chainloop/sdk/model/fan-out'

import { record, type View } from '../../core/view.ts'

export function replayView(one: Replay): View {
  return [
    record([
      ['state', one.state],
      ['integration', one.integration],
      ['workflow', `${one.project}/${one.workflow}`],
      ['attestations', one.total],
      ['sent to the queue', one.sent],
      ['delivered', one.delivered],
      ['failed', one.failed],
      ['pending', one.pending],
      ['per minute', one.perMinute],
      ['generation', one.generation],
      ['created', one.createdAt],
      ['finished', one.finishedAt],
      ['attachment', one.attachmentId],
      ['id', one.id],
    ]),
  ]
}
