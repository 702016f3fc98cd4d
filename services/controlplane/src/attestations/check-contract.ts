import type { Contract } from '@chainloop/attestation/contract/contract'
import {
  describeRequirement,
  missingRequirements,
} from '@chainloop/attestation/contract/missing-requirements'
import type { Predicate } from '@chainloop/attestation/predicate/predicate'

import type { MaterialClaim } from './material-claims.ts'
import { refuse } from './refusal.ts'

/** Everything that the contract asks for is there. Throws with all that is missing at once. */
export function assertContractMet(
  contract: Pick<Contract, 'spec'>,
  predicate: Predicate,
  materials: readonly MaterialClaim[],
): void {
  const missing = missingRequirements(contract, {
    materials: materials.map(({ name, annotations }) => ({
      name,
      annotations: strings(annotations),
    })),
    annotations: predicate.annotations ?? {},
    env: predicate.env ?? {},
  })
  if (missing.length > 0) {
    throw refuse(
      'CONTRACT_NOT_MET',
      `the contract is not met: ${missing.map(describeRequirement).join('; ')}`,
      { field: 'predicate.materials' },
    )
  }
  assertFixedAnnotations(contract, predicate)
}

/** A value that the contract gives is not for the job to replace. */
function assertFixedAnnotations(
  { spec }: Pick<Contract, 'spec'>,
  { annotations = {} }: Predicate,
): void {
  for (const { name, value } of spec.annotations) {
    const said = Object.hasOwn(annotations, name) ? annotations[name] : undefined
    if (value === '' || said === undefined || said === value) continue
    throw refuse(
      'CONTRACT_NOT_MET',
      `predicate.annotations.${name} is ${JSON.stringify(said)}, but the contract fixes ${JSON.stringify(value)}`,
      { field: `predicate.annotations.${name}` },
    )
  }
}

function strings(annotations: MaterialClaim['annotations']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [name, String(value)]),
  )
}
