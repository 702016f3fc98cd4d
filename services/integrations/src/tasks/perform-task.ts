import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import type { ClaimedDelivery } from '../control-plane.ts'
import { readBundle } from '../dispatch/content.ts'
import { toDeliveryError } from '../dispatch/failure.ts'
import { allMaterials, materialsFor } from '../dispatch/materials.ts'
import { mask, redact, secretValues } from '../dispatch/redact.ts'
import type { Evaluator } from '../filters/evaluator.ts'
import { checkExpressions, narrow } from '../filters/narrow.ts'
import type { PluginRunner } from '../host/runner.ts'
import { maskHeaders } from './mask-headers.ts'
import type {
  ClaimedTask,
  HeldTask,
  TaskControlPlane,
  TaskResult,
  TrySettings,
} from './plugin-task.ts'

export interface TaskContext {
  readonly controlPlane: TaskControlPlane
  /** By id. */
  readonly plugins: ReadonlyMap<string, PluginRunner>
  readonly evaluator: Evaluator
  /** How long somebody waits. */
  readonly timeoutMs: number
}

const nothing: TaskResult = { problem: '', facts: {}, messages: [], skipped: '' }

/** Never throws: what went wrong is the problem of the result. No secret shows in it. */
export async function performTask(
  context: TaskContext,
  { task, claimed }: { readonly task: HeldTask; readonly claimed: ClaimedTask },
): Promise<TaskResult> {
  const { pluginId, registration } = claimed.kind === 'try' ? claimed.settings : claimed.delivery
  const plugin = context.plugins.get(pluginId)
  if (!plugin) return { ...nothing, problem: `this worker has no plugin ${pluginId}` }
  const secrets = secretValues(plugin, registration)
  try {
    const result =
      claimed.kind === 'try'
        ? await trySettings(context, plugin, claimed.settings)
        : await preview(context, plugin, { task, delivery: claimed.delivery })
    return masked(result, secrets)
  } catch (cause) {
    return { ...nothing, problem: redact(toDeliveryError(cause).message, secrets) }
  }
}

async function trySettings(
  { evaluator, timeoutMs }: TaskContext,
  plugin: PluginRunner,
  { registration, attachment }: TrySettings,
): Promise<TaskResult> {
  if (attachment) await checkExpressions(evaluator, attachment)
  const isWanted = attachment ? plugin.validatesAttachment : plugin.validatesRegistration
  if (!isWanted) return nothing
  const signal = AbortSignal.timeout(timeoutMs)
  return { ...nothing, facts: await plugin.validate({ registration, attachment, signal }) }
}

async function preview(
  { controlPlane, evaluator, timeoutMs }: TaskContext,
  plugin: PluginRunner,
  { task, delivery }: { readonly task: HeldTask; readonly delivery: ClaimedDelivery },
): Promise<TaskResult> {
  const signal = AbortSignal.timeout(timeoutMs)
  const { registration, attachment, idempotencyKey } = delivery
  const attestation = { ...delivery.attestation, ...readBundle(delivery.attestation.bundle) }
  const materials = allMaterials(attestation.statement, {
    controlPlane: { readMaterial: (_job, wanted) => controlPlane.readTaskMaterial(task, wanted) },
    job: { id: task.jobId, deliveryId: task.taskId },
    signal,
  })
  const narrowed = await narrow(evaluator, { attachment, attestation, materials })
  if (narrowed.skipped !== undefined) return { ...nothing, skipped: narrowed.skipped }
  const messages = await plugin.preview({
    attestation,
    materials: materialsFor(plugin, narrowed.materials),
    registration,
    attachment,
    texts: narrowed.texts,
    idempotencyKey,
    signal,
  })
  if (messages.length === 0) throw new DeliveryError('permanent', 'it would send nothing')
  return {
    ...nothing,
    messages: messages.map(({ target, headers = {}, body }) => ({ target, headers, body })),
  }
}

function masked(result: TaskResult, secrets: readonly string[]): TaskResult {
  const { facts, messages } = result
  return {
    ...result,
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [name, mask(value, secrets)]),
    ),
    messages: messages.map(({ target, headers, body }) => ({
      target: mask(target, secrets),
      headers: maskHeaders(headers, secrets),
      body: mask(body, secrets),
    })),
  }
}
