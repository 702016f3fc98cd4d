import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  CASBackendItem_ValidationStatus as ValidationStatus,
  type CASBackendItemSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import { type CasBackend, isInline } from '../cas-backends/cas-backend.ts'

const STATUS = {
  ok: ValidationStatus.OK,
  invalid: ValidationStatus.INVALID,
} as const satisfies Record<CasBackend['status'], ValidationStatus>

export function casBackendMessage(
  backend: CasBackend,
): MessageInitShape<typeof CASBackendItemSchema> {
  return {
    id: backend.id,
    name: backend.name,
    location: backend.managed ? 'managed' : backend.location,
    provider: backend.managed ? 'managed' : backend.provider,
    description: backend.description,
    default: backend.isDefault,
    fallback: backend.isFallback,
    isInline: isInline(backend),
    isManaged: backend.managed,
    limits: { maxBytes: BigInt(backend.maxBlobBytes) },
    validationStatus: STATUS[backend.status],
    ...(backend.validationError === undefined ? {} : { validationError: backend.validationError }),
    validatedAt: timestampFromDate(backend.validatedAt),
    createdAt: timestampFromDate(backend.createdAt),
    updatedAt: timestampFromDate(backend.updatedAt),
  }
}
