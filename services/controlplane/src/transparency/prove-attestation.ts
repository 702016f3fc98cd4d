import { logEntryJson } from '@chainloop/attestation/transparency/log-proof'
import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import * as runs from '../runs/run-repo.ts'
import * as entries from './entry-repo.ts'
import { attestationSubject } from './log-attestation.ts'
import type { LogDeps } from './organization-log.ts'
import { proveEntry } from './prove-entry.ts'

/** JSON of the element of `tlogEntries`, for who may see the attestation. Throws `notFound`, also when it still waits. */
export async function proveAttestation(
  { db, signing }: LogDeps,
  actor: Actor,
  digest: string,
): Promise<Uint8Array> {
  const { organizationId } = actor
  const run = await runs.findByDigest(db, { organizationId, digest })
  if (!run || !actor.can('run:read', { projectId: run.project.id })) {
    throw notFound('attestation', digest)
  }
  const subject = attestationSubject(digest)
  const entry = await entries.findAbout(db, { organizationId, subject })
  if (!entry) throw notFound('log entry', `of attestation ${digest}`)
  const proof = await proveEntry({ db, keys: signing.log }, organizationId, entry)
  return Buffer.from(JSON.stringify(logEntryJson(proof)))
}
