import { setTimeout as sleep } from 'node:timers/promises'

import { unavailable } from '@chainloop/kit/errors'
import type { Logger } from '@chainloop/kit/logger'
import { ReceiptService } from '@chainloop/proto/internal/v1/receipt_service'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'

import type { Receipts } from '../uploads/receipts.ts'

const RETRY_AFTER_MS = [100, 500]

/** Reports to the control plane's internal listener. An outage of a second is bridged. */
export function createReceipts(transport: Transport, log: Logger): Receipts {
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
