import type { Contract } from '@chainloop/attestation/contract/contract'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { type Digest, parseDigest, sha256 } from '@chainloop/attestation/digest'
import type { Pin } from '@chainloop/policy/references/close-references'
import { withGroupMaterials } from '@chainloop/policy/references/group-materials'
import { DocumentKind } from '@chainloop/proto/contracts/v1/pin'
import type { WorkflowContractVersionItem } from '@chainloop/proto/controlplane/v1/response_messages'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'

/** A document is not what its contract pins. */
export class PinBroken extends Error {
  override readonly name = 'PinBroken'
}

export interface PinnedContract {
  /** What a run has to present: also the materials that policy groups add. */
  readonly contract: Contract
  readonly pins: readonly Pin[]
  /** Where the contract and a group disagree. */
  readonly warnings: readonly string[]
}

type Documents = Pick<Client, 'contractDocuments'>

/** A contract revision as the server gives it, completed from what it pins. Rejects with `PinBroken`. */
export async function pinnedContract(
  client: Documents,
  item: WorkflowContractVersionItem,
): Promise<PinnedContract> {
  const { body } = answered(item.rawContract, 'the text of the contract')
  const pins = pinsOf(item)
  const groups = pins.filter(({ kind, referrer }) => kind === 'policy_group' && referrer === '')
  const documents = await pinnedDocuments(client, item, groups)
  const own = parseContract(body).contract
  return { pins, ...withGroupMaterials(own, (reference) => groupIn(documents, groups, reference)) }
}

/** The bytes of pins, by digest; each is what its digest says. With a run token those of the run's own contract. */
export async function pinnedDocuments(
  { contractDocuments }: Documents,
  { contractName, revision }: Pick<WorkflowContractVersionItem, 'contractName' | 'revision'>,
  pins: readonly Pin[],
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const documents = new Map<Digest, Uint8Array>()
  for (const { digest, location } of pins) {
    if (documents.has(digest)) continue
    const { content } = await contractDocuments.get({ digest, contractName, revision })
    if (sha256(content) !== digest) throw new PinBroken(`${location} is not ${digest}`)
    documents.set(digest, content)
  }
  return documents
}

const KINDS: Readonly<Record<number, Pin['kind']>> = {
  [DocumentKind.POLICY]: 'policy',
  [DocumentKind.POLICY_GROUP]: 'policy_group',
  [DocumentKind.SCRIPT]: 'script',
}

/** What a revision refers to, and what that stood for when it was written. */
export function pinsOf({ pins }: Pick<WorkflowContractVersionItem, 'pins'>): Pin[] {
  return pins.flatMap(({ kind, reference, referrer, location, digest, size }) => {
    const known = KINDS[kind]
    if (known === undefined) return []
    const pin = { kind: known, reference, referrer, location }
    return [{ ...pin, digest: parseDigest(digest), size: Number(size) }]
  })
}

function groupIn(
  documents: ReadonlyMap<Digest, Uint8Array>,
  groups: readonly Pin[],
  reference: string,
): Uint8Array {
  const pin = groups.find((group) => group.reference === reference)
  const bytes = pin && documents.get(pin.digest)
  if (!bytes) throw new PinBroken(`the contract does not pin ${reference}: apply it again`)
  return bytes
}
