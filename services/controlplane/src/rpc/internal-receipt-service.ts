import type { TokenVerifier } from '@chainloop/kit/tokens'
import type { ReceiptService } from '@chainloop/proto/internal/v1/receipt_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { reportReceipt } from '../receipts/report-receipt.ts'

export function internalReceiptService(
  ctx: Pick<Context, 'db'> & { readonly receiptVerifier: TokenVerifier },
): ServiceImpl<typeof ReceiptService> {
  return {
    async report({ size, ...receipt }) {
      await reportReceipt(ctx, { ...receipt, size: Number(size) })
      return {}
    },
  }
}
