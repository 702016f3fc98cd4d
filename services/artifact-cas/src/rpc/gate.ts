import { forbidden } from '@chainloop/kit/errors'
import { bearerToken } from '@chainloop/kit/rpc/bearer'
import { ResourceService } from '@chainloop/proto/cas/v1/resource'
import { StatusService } from '@chainloop/proto/cas/v1/status'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { MaintenanceService } from '@chainloop/proto/internal/v1/maintenance_service'
import { createContextKey, type HandlerContext } from '@connectrpc/connect'

import { authenticate, type Role, type Transfer } from '../auth/transfer.ts'
import type { Context } from '../context.ts'

/** Who may call what. A method without a row is refused. */
const access = new Map<unknown, Role | 'anyone'>([
  [ByteStream.method.read, 'downloader'],
  [ByteStream.method.write, 'uploader'],
  [ByteStream.method.queryWriteStatus, 'uploader'],
  [ResourceService.method.describe, 'downloader'],
  ...Object.values(MaintenanceService.method).map((method) => [method, 'maintainer'] as const),
  [StatusService.method.infoz, 'anyone'],
  [StatusService.method.statusz, 'anyone'],
])

const transferKey = createContextKey<Transfer | undefined>(undefined)

/** Refuses before any message is read; what gets through carries its transfer. The token is looked at once, at the start. */
export function gate({
  verifier,
}: Pick<Context, 'verifier'>): (call: HandlerContext) => Promise<void> {
  return async (call) => {
    const needed = access.get(call.method)
    if (needed === 'anyone') return
    if (needed === undefined) throw forbidden(`nobody may call ${call.method.name}`)
    call.values.set(
      transferKey,
      await authenticate(verifier, bearerToken(call.requestHeader), needed),
    )
  }
}

export function transferOf(call: HandlerContext): Transfer {
  const transfer = call.values.get(transferKey)
  if (!transfer) throw new Error(`${call.method.name} was reached without a transfer`)
  return transfer
}
