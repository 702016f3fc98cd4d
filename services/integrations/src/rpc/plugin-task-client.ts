import { PluginTaskService, type Settings } from '@chainloop/proto/internal/v1/plugin_task_service'
import { type Transport, createClient } from '@connectrpc/connect'

import type { ClaimedTask, TaskControlPlane } from '../tasks/plugin-task.ts'
import { registrationOf, toClaimedDelivery } from './claimed-delivery.ts'

export function pluginTaskClient(transport: Transport): TaskControlPlane {
  const tasks = createClient(PluginTaskService, transport)
  return {
    async claimTask(held) {
      const { task } = await tasks.claimTask(held)
      switch (task.case) {
        case 'validateRegistration':
          return toTry(task.value, undefined)
        case 'validateAttachment':
          return toTry(task.value, task.value.attachmentConfig ?? {})
        case 'preview':
          return { kind: 'preview', delivery: toClaimedDelivery(task.value) }
        case undefined:
          return undefined
      }
    },
    async *readTaskMaterial(held, { digest, signal }) {
      // A stream that nobody reads to its end must be left, or the server keeps it open.
      const left = new AbortController()
      const until = AbortSignal.any([signal, left.signal])
      try {
        const stream = tasks.readTaskMaterial({ ...held, digest }, { signal: until, timeoutMs: 0 })
        for await (const { data } of stream) yield data
      } finally {
        left.abort()
      }
    },
    async reportTask(held, { facts, messages, ...result }) {
      await tasks.reportTask({
        ...held,
        ...result,
        facts: { ...facts },
        messages: messages.map((message) => ({ ...message, headers: { ...message.headers } })),
      })
    },
  }
}

function toTry(settings: Settings, attachment: Record<string, unknown> | undefined): ClaimedTask {
  const { pluginId, registrationConfig, registrationCredentials } = settings
  const registration = registrationOf({ registrationConfig, registrationCredentials })
  return { kind: 'try', settings: { pluginId, registration, attachment } }
}
