import type { Digest } from '@chainloop/attestation/digest'
import type { Closure } from '@chainloop/policy/references/close-references'

import type { ContractRevision } from '../contracts/contract.ts'
import type { Db } from '../db/db.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'

/** Everything that a revision of a contract refers to, as it was when the contract was applied. */
export async function closureOf(
  db: Db,
  { organizationId, revision }: { organizationId: string; revision: ContractRevision },
): Promise<Closure> {
  const found = new Map<Digest, Uint8Array>()
  for (const { digest } of revision.pins) {
    if (found.has(digest)) continue
    const content = await documents.find(db, { organizationId, digest })
    if (content) found.set(digest, content)
  }
  return { pins: revision.pins, documents: found }
}
