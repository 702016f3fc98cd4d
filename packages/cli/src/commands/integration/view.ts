import type { AttachedIntegration, RegisteredIntegration } from '@chainloop/sdk/model/integration'

import { record, type RecordBlock } from '../../core/view.ts'

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

/** `name=value` lines. */
export function configText(config: unknown): string {
  if (typeof config !== 'object' || config === null) return ''
  return Object.entries(config)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}
