import type { CASBackendItem } from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

const validation = enumNames({ ok: 1, invalid: 2 })

export interface CasBackend {
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly location: string
  readonly description: string
  readonly default: boolean
  readonly fallback: boolean
  readonly inline: boolean
  /** Run by the operator of the instance. */
  readonly managed: boolean
  /** 0: no limit. */
  readonly maxBytes: number
  readonly status: string
  readonly problem: string
  readonly createdAt: Date | undefined
  readonly validatedAt: Date | undefined
}

export function toCasBackend(answer: CASBackendItem | undefined): CasBackend {
  const item = answered(answer, 'a storage backend')
  return {
    id: item.id,
    name: item.name,
    provider: item.provider,
    location: item.location,
    description: item.description,
    default: item.default,
    fallback: item.fallback,
    inline: item.isInline,
    managed: item.isManaged,
    maxBytes: Number(item.limits?.maxBytes ?? 0),
    status: validation.nameOf(item.validationStatus),
    problem: item.validationError ?? '',
    createdAt: toDate(item.createdAt),
    validatedAt: toDate(item.validatedAt),
  }
}
