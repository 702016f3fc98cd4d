import { setTimeout as sleep } from 'node:timers/promises'

import { unavailable } from '@chainloop/kit/errors'
import type { Logger } from '@chainloop/kit/logger'
import { clientTracing } from '@chainloop/kit/rpc/tracing'
import { ReceiptService } from '@chainloop/proto/internal/v1/receipt_service'
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import type { Receipts } from '../uploads/receipts.ts'

export interface ReceiptClientOptions {
  readonly internalUrl: string
  readonly internalToken: string
  readonly log: Logger
}

const TIMEOUT_MS = 10_000
const RETRY_AFTER_MS = [100, 500]

/** Reports to the control plane's internal listener. An outage of a second is bridged. */
export function createReceipts({
  internalUrl,
  internalToken,
  log,
}: ReceiptClientOptions): Receipts {
  const identify: Interceptor = (next) => (req) => {
    req.header.set('authorization', `Bearer ${internalToken}`)
    return next(req)
  }
  const transport = createGrpcTransport({
    baseUrl: internalUrl,
    interceptors: [clientTracing(), identify],
    defaultTimeoutMs: TIMEOUT_MS,
  })
  const client = createClient(ReceiptService, transport)

  return {
    async report({ transfer, digest, size, fileName, deduplicated }) {
      const report = {
        transferToken: transfer.token,
        digest,
        size: BigInt(size),
        fileName,
        deduplicated,
      }
      try {
        await withRetries(() => client.report(report))
      } catch (cause) {
        log.error({ err: cause, digest, transfer: transfer.id }, 'the receipt was not recorded')
        throw unavailable('the upload could not be recorded with the control plane', {
          reason: 'RECEIPT_NOT_RECORDED',
          cause,
        })
      }
    },
  }
}

async function withRetries(attempt: () => Promise<unknown>): Promise<void> {
  for (const waitMs of RETRY_AFTER_MS) {
    try {
      await attempt()
      return
    } catch (cause) {
      if (ConnectError.from(cause).code !== Code.Unavailable) throw cause
      await sleep(waitMs)
    }
  }
  await attempt()
}
