import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import { checkAttachments } from '@chainloop/policy/references/check-attachments'
import { closeReferences, ContractNotClosed } from '@chainloop/policy/references/close-references'
import { ReferenceRefused } from '@chainloop/policy/references/locate'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { readContract } from '../contracts/read-contract.ts'
import { storedDocuments } from './stored-documents.ts'

/**
 * What is wrong with an attachment that somebody wants to write into a contract, looked up in the store alone. Throws
 * `invalid` where it is no attachment.
 */
export async function checkAttachment(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  attachment: string,
): Promise<readonly string[]> {
  actor.requireSomewhere('policy:read')
  const spec = specWith(attachment)
  const stored = storedDocuments(db, actor)
  try {
    const closure = await closeReferences(spec, (wanted) => {
      if (wanted.location.startsWith('chainloop://')) return stored(wanted)
      throw new ReferenceRefused('is not in the store')
    })
    return checkAttachments(spec, closure)
  } catch (cause) {
    if (cause instanceof ContractNotClosed) return cause.problems
    throw cause
  }
}

/** JSON is YAML: the attachment is the only one of a contract, and is read as those are. */
function specWith(attachment: string): ContractSpec {
  const text = `{"apiVersion": "chainloop.dev/v1", "kind": "Contract", "metadata": {"name": "attachment"}, "spec": {"policies": {"materials": [${attachment}]}}}`
  return readContract(Buffer.from(text)).document.spec
}
