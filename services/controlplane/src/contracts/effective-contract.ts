import { conflict } from '@chainloop/kit/errors'
import { withGroupMaterials } from '@chainloop/policy/references/group-materials'

import type { Db } from '../db/db.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'
import type { ContractRevision } from './contract.ts'
import { type ContractText, readContract } from './read-contract.ts'

/** What a run of this revision has to present: also the materials of the groups that it is closed over. */
export async function effectiveContract(
  db: Db,
  { organizationId, revision }: { organizationId: string; revision: ContractRevision },
): Promise<ContractText> {
  const text = readContract(revision.rawBody)
  const groups = new Map<string, Uint8Array>()
  for (const { kind, referrer, reference, digest } of revision.pins) {
    if (kind !== 'policy_group' || referrer !== '') continue
    const content = await documents.find(db, { organizationId, digest })
    if (content) groups.set(reference, content)
  }
  const { contract } = withGroupMaterials(text.document, (reference) => {
    const content = groups.get(reference)
    if (content) return content
    throw conflict(`the contract's revision ${revision.revision} is not closed: ${reference}`, {
      reason: 'CONTRACT_NOT_CLOSED',
      hint: 'apply the contract again',
    })
  })
  return { ...text, document: contract }
}
