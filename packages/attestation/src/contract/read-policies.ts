import type {
  ContractPolicies,
  MatchMode,
  PolicyAttachment,
  PolicyGroupAttachment,
} from './contract.ts'
import { POLICY_REFERENCE, REQUIREMENT_REFERENCE } from './policy-reference.ts'
import {
  enumOf,
  fieldsOf,
  flagOf,
  itemsOf,
  matchingText,
  refuse,
  requiredText,
  textMapOf,
  textOf,
} from './reading.ts'
import type { Reading } from './reading.ts'
import { toJsonObject } from './tree.ts'
import type { Tree } from './tree.ts'

export function readPolicies(reading: Reading, tree: Tree | undefined): ContractPolicies {
  if (!tree) return { materials: [], attestation: [] }
  const fields = fieldsOf(reading, tree, ['materials', 'attestation'])
  return {
    materials: itemsOf(reading, fields.materials).map((item) => readAttachment(reading, item)),
    attestation: itemsOf(reading, fields.attestation).map((item) => readAttachment(reading, item)),
  }
}

export function readPolicyGroup(reading: Reading, tree: Tree): PolicyGroupAttachment {
  const fields = fieldsOf(reading, tree, ['ref', 'with', 'skip', 'gate', 'shadow'])
  const gate = flagOf(reading, fields.gate)
  const shadow = flagOf(reading, fields.shadow)
  return {
    ref: requiredText(reading, fields.ref, {
      ...POLICY_REFERENCE,
      owner: { ...tree, member: 'ref' },
    }),
    with: textMapOf(reading, fields.with),
    skip: itemsOf(reading, fields.skip).map((item) => textOf(reading, item)),
    ...(gate !== undefined && { gate }),
    ...(shadow === true && { shadow }),
  }
}

export function readAttachment(reading: Reading, tree: Tree): PolicyAttachment {
  const fields = fieldsOf(reading, tree, [
    'ref',
    'embedded',
    'selector',
    'disabled',
    'with',
    'requirements',
    'gate',
    'runtimeInputs',
    'shadow',
  ])
  const selector = readSelector(reading, fields.selector)
  const gate = flagOf(reading, fields.gate)
  const shadow = flagOf(reading, fields.shadow)
  return {
    ...readSource(reading, fields),
    ...(selector && { selector }),
    disabled: flagOf(reading, fields.disabled) ?? false,
    with: textMapOf(reading, fields.with),
    requirements: itemsOf(reading, fields.requirements).map((item) =>
      matchingText(reading, item, REQUIREMENT_REFERENCE),
    ),
    ...(gate !== undefined && { gate }),
    ...(fields.runtimeInputs && {
      runtimeInputs: itemsOf(reading, fields.runtimeInputs).map((item) => textOf(reading, item)),
    }),
    ...(shadow === true && { shadow }),
  }
}

function readSource(
  reading: Reading,
  { ref, embedded, '@': owner }: { ref?: Tree; embedded?: Tree; readonly '@': Tree },
): Pick<PolicyAttachment, 'ref' | 'embedded'> {
  if ((ref === undefined) === (embedded === undefined)) {
    refuse(reading, owner, 'needs exactly one of "ref" and "embedded"')
    return {}
  }
  if (ref) return { ref: matchingText(reading, ref, POLICY_REFERENCE) }
  if (embedded?.value instanceof Map) return { embedded: toJsonObject(embedded.value) }
  if (embedded) refuse(reading, embedded, 'must be a policy document')
  return {}
}

const MATCH_MODES = { UNSPECIFIED: 0, EXACT: 1, PREFIX: 2 } as const

function readSelector(reading: Reading, tree: Tree | undefined): PolicyAttachment['selector'] {
  if (!tree) return undefined
  const { name, matchMode } = fieldsOf(reading, tree, ['name', 'matchMode'])
  const mode: MatchMode | undefined =
    matchMode && enumOf(reading, matchMode, { numbers: MATCH_MODES, what: 'match mode' })
  return { name: textOf(reading, name), matchMode: mode ?? 'UNSPECIFIED' }
}
