import { moment } from '../../../core/moment.ts'

/** What a list of deliveries is narrowed by, as the server is asked. */
export interface DeliveryFilter {
  readonly runId: string
  readonly workflowName: string
  readonly projectName: string
  readonly integrationName: string
  readonly attachmentId: string
  readonly replayId: string
  readonly state?: 1 | 2 | 3 | 4 | 5
  readonly since?: { readonly seconds: bigint; readonly nanos: number }
}

export const filterOptions = {
  run: { type: 'string', placeholder: 'id', help: 'only of this run' },
  workflow: { type: 'string', placeholder: 'name', help: 'only of this workflow' },
  project: { type: 'string', placeholder: 'name', help: 'its project' },
  integration: { type: 'string', placeholder: 'name', help: 'only to this registration' },
  attachment: { type: 'string', placeholder: 'id', help: 'only to this attachment' },
  replay: { type: 'string', placeholder: 'id', help: 'only of this replay' },
  state: {
    type: 'string',
    choices: ['pending', 'delivered', 'failed', 'cancelled', 'skipped'],
    help: 'only in this state',
  },
  since: { type: 'string', placeholder: 'time', help: 'queued since: 24h, 2026-11-01' },
} as const

type Typed = Readonly<Record<keyof typeof filterOptions, string | undefined>>

/** Throws `UsageError` for a time that is none. */
export async function filterOf(typed: Typed): Promise<DeliveryFilter> {
  const { deliveryState } = await import('@chainloop/sdk/model/integration')
  const { toTimestamp } = await import('@chainloop/sdk/model/time')
  const text = (value: string | undefined): string => value ?? ''
  const state = deliveryState.names.find((name) => name === typed.state)
  const since = typed.since && moment('since', typed.since, { towards: 'past' })
  return {
    runId: text(typed.run),
    workflowName: text(typed.workflow),
    projectName: text(typed.project),
    integrationName: text(typed.integration),
    attachmentId: text(typed.attachment),
    replayId: text(typed.replay),
    ...(state ? { state: deliveryState.numberOf(state) } : {}),
    ...(since ? { since: toTimestamp(since) } : {}),
  }
}
