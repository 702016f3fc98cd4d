import type {
  AttachedIntegration,
  Delivery,
  RegisteredIntegration,
} from '@chainloop/sdk/model/integration'

import { record, type RecordBlock, table, type TableBlock, type View } from '../../core/view.ts'

export function registrationRecord(one: RegisteredIntegration): RecordBlock {
  return record([
    ['name', one.name],
    ['plugin', one.plugin],
    ['description', one.description],
    ['configuration', configText(one.config)],
    ['created', one.createdAt],
    ['id', one.id],
  ])
}

export function attachmentRecord(one: AttachedIntegration): RecordBlock {
  return record([
    ['integration', one.integration],
    ['plugin', one.plugin],
    ['workflow', `${one.project}/${one.workflow}`],
    ['configuration', configText(one.config)],
    ['tried again for', `${one.retryForSeconds / 3600} h`],
    ['order key', one.orderKey === '' ? undefined : one.orderKey],
    ['created', one.createdAt],
    ['id', one.id],
  ])
}

export function deliveryView(one: Delivery): View {
  return [
    record([
      ['state', one.held === '' ? one.state : `${one.state} (held: ${one.held})`],
      ['next attempt', one.nextAttemptAt],
      ['integration', one.integration],
      ['plugin', one.plugin],
      ['workflow', `${one.project}/${one.workflow}`],
      ['run', one.runId],
      ['attestation', one.attestationDigest],
      ['created', one.createdAt],
      ['finished', one.finishedAt],
      ['generation', one.generation],
      ['idempotency key', one.idempotencyKey],
      ['id', one.id],
    ]),
    table(
      ['attempt', 'started', 'milliseconds', 'outcome', 'answer', 'detail'],
      one.attempts.map((attempt) => [
        attempt.number,
        attempt.startedAt,
        attempt.durationMs,
        attempt.outcome === '' ? 'going on' : attempt.outcome,
        attempt.responseCode > 0 ? attempt.responseCode : undefined,
        attempt.detail,
      ]),
      { empty: 'nothing was tried yet', title: 'attempts' },
    ),
  ]
}

export function deliveryTable(deliveries: readonly Delivery[], title?: string): TableBlock {
  return table(
    ['id', 'integration', 'workflow', 'state', 'attempts', 'last answer', 'attestation', 'created'],
    deliveries.map((one) => [
      one.id,
      one.integration,
      `${one.project}/${one.workflow}`,
      one.held === '' ? one.state : `${one.state} (${one.held})`,
      one.attempts.length,
      lastAnswer(one),
      one.attestationDigest,
      one.createdAt,
    ]),
    { empty: 'nothing was delivered yet', ...(title === undefined ? {} : { title }) },
  )
}

function lastAnswer({ attempts }: Delivery): string | undefined {
  const last = attempts.at(-1)
  return last && `${last.outcome}${last.responseCode > 0 ? ` (${last.responseCode})` : ''}`
}

/** `name=value` lines. */
export function configText(config: unknown): string {
  if (typeof config !== 'object' || config === null) return ''
  return Object.entries(config)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}
