import type {
  AttachedIntegration,
  Delivery,
  RegisteredIntegration,
} from '@chainloop/sdk/model/integration'

import { record, type RecordBlock, table, type View } from '../../core/view.ts'

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
    ['created', one.createdAt],
    ['id', one.id],
  ])
}

export function deliveryView(one: Delivery): View {
  return [
    record([
      ['state', one.state],
      ['integration', one.integration],
      ['plugin', one.plugin],
      ['workflow', `${one.project}/${one.workflow}`],
      ['run', one.runId],
      ['attestation', one.attestationDigest],
      ['created', one.createdAt],
      ['finished', one.finishedAt],
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

/** `name=value` lines. */
export function configText(config: unknown): string {
  if (typeof config !== 'object' || config === null) return ''
  return Object.entries(config)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}
