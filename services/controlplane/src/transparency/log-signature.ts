import type { JsonObject } from '@chainloop/attestation/json/json-value'
import type { LoggedSignature } from '@chainloop/attestation/transparency/signature-entry'

import type { Context } from '../context.ts'

export interface SignatureToLog {
  readonly organizationId: string
  /** What the entry is found by: `provenance:<run id>`, `vsa:<digest>` … */
  readonly subject: string
  readonly signed: LoggedSignature
}

/**
 * Puts a signature into the organization's log and waits until a signed head covers it: about half a second. Answers the
 * element for `tlogEntries` of its bundle (`createBundle({ …, logEntries: [entry] })`). Not inside a transaction.
 */
export async function logSignature(
  ctx: Pick<Context, 'db' | 'signing'>,
  { organizationId, subject, signed }: SignatureToLog,
): Promise<JsonObject> {
  throw new TypeError(
    `being written: ${organizationId} ${subject} ${Object.keys({ ctx, signed }).length}`,
  )
}
