import type { MaterialRequirement } from '@chainloop/attestation/contract/contract'

import type { FieldStatus } from './field-status.ts'
import type { MaterialClaim } from './material-claims.ts'
import { refuse } from './refusal.ts'

type Annotations = Readonly<Record<string, string | boolean>>

/**
 * What the server found must be said, and exactly so; what the contract fixes must not be replaced; what is left is
 * the job's word, and must not look like something that we found.
 */
export function compareAnnotations(
  { annotations, field, place }: MaterialClaim,
  derived: Annotations,
  requirement: MaterialRequirement | undefined,
): FieldStatus[] {
  const known = { ...fixedBy(requirement), ...derived }
  for (const [name, expected] of Object.entries(derived)) {
    assertSame({ field: `${field}.annotations.${name}`, value: annotations[name], expected })
  }
  return Object.entries(annotations).map(([name, value]) => {
    const at = `${field}.annotations.${name}`
    const expected = Object.hasOwn(known, name) ? known[name] : undefined
    if (expected !== undefined) {
      assertSame({ field: at, value, expected })
      const source = Object.hasOwn(derived, name) ? 'bytes' : 'contract revision'
      return { field: at, source, verified: true }
    }
    if (isReserved(name) && place.type !== 'registry' && place.type !== 'job') {
      throw refuse('MATERIAL_MISMATCH', `${at} is not what the bytes say`, { field: at })
    }
    return { field: at, source: 'job', verified: false }
  })
}

function fixedBy(requirement: MaterialRequirement | undefined): Annotations {
  const fixed = requirement?.annotations.filter(({ value }) => value !== '') ?? []
  return Object.fromEntries(fixed.map(({ name, value }) => [name, value]))
}

/** Names that crafters use; which other materials one refers to is the run's to say. */
function isReserved(name: string): boolean {
  return name.startsWith('chainloop.') && name !== 'chainloop.material.references'
}

function assertSame({
  field,
  value,
  expected,
}: {
  readonly field: string
  readonly value: string | boolean | undefined
  readonly expected: string | boolean
}): void {
  if (value === expected) return
  throw refuse(
    'MATERIAL_MISMATCH',
    `${field} is ${JSON.stringify(value) ?? 'absent'}, not ${JSON.stringify(expected)}`,
    { field },
  )
}
