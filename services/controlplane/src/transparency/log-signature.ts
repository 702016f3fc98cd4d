import { setTimeout as sleep } from 'node:timers/promises'

import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { logEntryJson } from '@chainloop/attestation/transparency/log-proof'
import {
  type LoggedSignature,
  signatureEntry,
} from '@chainloop/attestation/transparency/signature-entry'
import { DomainError } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import type { LogKeys } from '../signing/log-keys.ts'
import * as entries from './entry-repo.ts'
import { proveEntry } from './prove-entry.ts'
import * as queue from './queue-repo.ts'
import { sequenceLog } from './sequence-log.ts'

export interface SignatureToLog {
  readonly organizationId: string
  /** What the entry is found by: `provenance:<run id>`, `vsa:<digest>` … */
  readonly subject: string
  readonly signed: LoggedSignature
}

const POLL_MS = 50
const TIMEOUT_MS = 20_000

/**
 * Puts a signature into the organization's log and waits until a signed head covers it. Answers the element for
 * `tlogEntries` of its bundle (`createBundle({ …, logEntries: [entry] })`). Not inside a transaction. Throws
 * `unavailable` when the log is held for too long; the signature may be in it all the same, and does no harm there.
 */
export async function logSignature(
  { db, signing }: { readonly db: Db; readonly signing: { readonly log: LogKeys } },
  { organizationId, subject, signed }: SignatureToLog,
): Promise<JsonObject> {
  const body = signatureEntry(signed)
  const queueId = await queue.insert(db, { organizationId, subject, body })
  const deadline = Date.now() + TIMEOUT_MS
  while (Date.now() < deadline) {
    await sequenceLog({ db, signing }, organizationId)
    const entry = await entries.findQueued(db, { organizationId, queueId })
    if (entry)
      return logEntryJson(await proveEntry({ db, keys: signing.log }, organizationId, entry))
    await sleep(POLL_MS)
  }
  throw new DomainError('unavailable', 'the transparency log did not take the entry in time')
}
