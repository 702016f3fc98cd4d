import type {
  Contract,
  ContractSpec,
  MaterialRequirement,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'

import { parsePolicyGroup } from '../documents/parse-policy.ts'
import type { GroupMaterial, PolicyGroup } from '../documents/policy.ts'
import { computeArguments } from '../inputs/compute-arguments.ts'
import { interpolate, InvalidTemplate } from '../inputs/interpolate.ts'
import { documentReference } from './document-reference.ts'

/** The bytes that a group of the contract is pinned to, by the reference as it is written, without its digest. */
export type PinnedGroup = (reference: string) => Uint8Array

export interface EffectiveContract<C> {
  /** With the materials that its groups add. */
  readonly contract: C
  /** Materials that the contract and a group see differently; the contract wins. */
  readonly warnings: readonly string[]
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/

/**
 * What a run has to present under this contract: its own materials, and those that its policy groups name. Throws
 * `InvalidPolicy`, `InvalidTemplate` and `MissingInput`.
 */
export function withGroupMaterials<C extends Pick<Contract, 'spec'>>(
  contract: C,
  pinned: PinnedGroup,
): EffectiveContract<C> {
  const warnings: string[] = []
  const materials = new Map(contract.spec.materials.map((one) => [one.name, one]))
  for (const attachment of contract.spec.policyGroups) {
    const { reference } = documentReference('policy_group', attachment.ref)
    const group = parsePolicyGroup(pinned(reference))
    for (const added of materialsOf(group, attachment)) {
      const own = materials.get(added.name)
      if (!own) materials.set(added.name, added)
      else if (own.type !== added.type) warnings.push(disagreement(own, added, group))
    }
  }
  const spec: ContractSpec = { ...contract.spec, materials: [...materials.values()] }
  return { contract: { ...contract, spec }, warnings }
}

function materialsOf(
  group: PolicyGroup,
  { with: given }: PolicyGroupAttachment,
): MaterialRequirement[] {
  const { values } = computeArguments(group, given)
  const declared = group.inputs.map(({ name }) => name)
  return group.materials.flatMap((material) =>
    requirement(material, interpolate(material.name, values, declared), group),
  )
}

function requirement(
  { type, optional }: GroupMaterial,
  named: string,
  { metadata }: PolicyGroup,
): MaterialRequirement[] {
  if (named === '' || type === undefined) return []
  if (!NAME.test(named)) {
    throw new InvalidTemplate(`group ${metadata.name} names a material ${JSON.stringify(named)}`)
  }
  const plain = { output: false, annotations: [], skipUpload: false, group: '' }
  return [{ type, name: named, optional, ...plain }]
}

function disagreement(
  own: MaterialRequirement,
  added: MaterialRequirement,
  { metadata: { name } }: PolicyGroup,
): string {
  return `material ${own.name} is ${own.type} in the contract and ${added.type} in group ${name}`
}
