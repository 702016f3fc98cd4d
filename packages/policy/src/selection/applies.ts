import type { MatchMode, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

import type { Phase, Policy, PolicyScript } from '../documents/policy.ts'

/** What selects a material: its kind and its name. */
export interface Selectable {
  readonly kind: MaterialKind
  readonly name: string
}

/** A policy without kinds and an attachment without a selector would judge everything, and judge nothing instead. */
export function appliesToMaterial(
  policy: Policy,
  { selector, disabled }: Pick<PolicyAttachment, 'selector' | 'disabled'>,
  material: Selectable,
): boolean {
  if (disabled) return false
  const kinds = kindsOf(policy)
  const name = selector?.name ?? ''
  if (kinds.length === 0 && name === '') return false
  return (
    (kinds.length === 0 || kinds.includes(material.kind)) &&
    matchesName({ name, matchMode: selector?.matchMode ?? 'UNSPECIFIED' }, material.name)
  )
}

/** Of a group, whose material's name selects; the policies of an unnamed one see every material of their kinds. */
export function appliesInGroup(
  policy: Policy,
  { name, matchMode }: { readonly name: string; readonly matchMode: MatchMode },
  material: Selectable,
): boolean {
  const kinds = kindsOf(policy)
  return (
    (kinds.length === 0 || kinds.includes(material.kind)) &&
    matchesName({ name, matchMode }, material.name)
  )
}

export function appliesToAttestation(policy: Policy, phase: Phase): boolean {
  return scriptsFor(policy, 'ATTESTATION').some((script) => runsIn(script, phase))
}

/** The scripts that judge something of this kind. */
export function scriptsFor(policy: Policy, kind: MaterialKind): readonly PolicyScript[] {
  return policy.scripts.filter((script) => script.kind === undefined || script.kind === kind)
}

export function runsIn({ phases }: PolicyScript, phase: Phase): boolean {
  return phases.length === 0 || phases.includes(phase)
}

function kindsOf({ scripts }: Policy): readonly MaterialKind[] {
  return scripts.flatMap(({ kind }) => (kind === undefined ? [] : [kind]))
}

function matchesName(
  { name, matchMode }: { readonly name: string; readonly matchMode: MatchMode },
  found: string,
): boolean {
  if (name === '') return true
  return matchMode === 'PREFIX' ? found.startsWith(name) : found === name
}
