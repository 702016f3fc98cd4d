import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  ClaimTaskResponseSchema,
  PluginTaskService,
} from '@chainloop/proto/internal/v1/plugin_task_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type ClaimedTask, claimTask } from '../plugin-tasks/claim-task.ts'
import { readTaskMaterial } from '../plugin-tasks/read-task-material.ts'
import { reportTask } from '../plugin-tasks/report-task.ts'
import { actorOf } from './actor-key.ts'
import { claimedMessage, toStruct } from './claimed-message.ts'

export function internalPluginTaskService(
  ctx: Pick<Context, 'db' | 'queue' | 'blobs' | 'secrets'>,
): ServiceImpl<typeof PluginTaskService> {
  return {
    async claimTask(req, call) {
      const claimed = await claimTask(ctx, actorOf(call), req)
      return claimed ? { task: toMessage(claimed) } : { alreadyFinished: true }
    },
    async *readTaskMaterial(req, call) {
      for await (const data of readTaskMaterial(ctx, actorOf(call), req)) {
        yield { data: Buffer.from(data) }
      }
    },
    async reportTask({ taskId, jobId, problem, facts, messages, skipped }, call) {
      const shown = messages.map(({ target, headers, body }) => ({ target, headers, body }))
      const result = { problem, facts, messages: shown, skipped }
      await reportTask(ctx, actorOf(call), { taskId, jobId, result })
      return {}
    },
  }
}

function toMessage(
  claimed: ClaimedTask,
): NonNullable<MessageInitShape<typeof ClaimTaskResponseSchema>['task']> {
  if (claimed.kind === 'preview') {
    return { case: 'preview', value: claimedMessage(claimed.delivery) }
  }
  const { pluginId, registrationConfig, attachmentConfig } = claimed.task
  const isRegistration = claimed.kind === 'validate_registration'
  return {
    case: isRegistration ? 'validateRegistration' : 'validateAttachment',
    value: {
      pluginId,
      registrationConfig: toStruct(registrationConfig),
      registrationCredentials: Buffer.from(claimed.credentials),
      ...(!isRegistration && { attachmentConfig: toStruct(attachmentConfig) }),
    },
  }
}
