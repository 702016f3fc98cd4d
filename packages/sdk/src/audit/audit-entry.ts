import type { Entry } from '@chainloop/proto/audit/v1/audit_service'

import { UnexpectedAnswer } from '../connection/unexpected-answer.ts'
import { enumNames } from '../model/enum-names.ts'

export const auditOutcome = enumNames({ '': 0, done: 1, refused: 2 })

/** What somebody did, or was refused. */
export interface AuditEntry {
  /** The place in the log, from 0; undefined for seconds after it happened. */
  readonly position: number | undefined
  readonly at: string
  readonly action: string
  readonly outcome: string
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly source: { readonly address: string; readonly agent: string }
  readonly target: { readonly type: string; readonly id: string }
  readonly details: Readonly<Record<string, unknown>>
}

export function toAuditEntry({
  position,
  content,
}: Pick<Entry, 'position' | 'content'>): AuditEntry {
  const parsed: unknown = JSON.parse(Buffer.from(content).toString())
  if (!isEntry(parsed))
    throw new UnexpectedAnswer('the server answered with what is no audit entry')
  return { ...parsed, position: position === undefined ? undefined : Number(position) }
}

function isEntry(value: unknown): value is Omit<AuditEntry, 'position'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['at', 'action', 'outcome'].every((key) => typeof Reflect.get(value, key) === 'string') &&
    ['actor', 'source', 'target', 'details'].every((key) => isObject(Reflect.get(value, key)))
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
