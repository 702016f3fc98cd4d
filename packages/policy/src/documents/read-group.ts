import type { MatchMode } from '@chainloop/attestation/contract/contract'
import { readAttachment } from '@chainloop/attestation/contract/read-policies'
import {
  enumOf,
  fieldsOf,
  flagOf,
  itemsOf,
  refuse,
  textOf,
  type Reading,
} from '@chainloop/attestation/contract/reading'
import type { Tree } from '@chainloop/attestation/contract/tree'
import { MATERIAL_KIND_NUMBERS } from '@chainloop/attestation/materials/material-kind'

import type { GroupMaterial, PolicyGroup } from './policy.ts'
import { readEnvelope, readInputs } from './read-document.ts'

export function readPolicyGroupDocument(reading: Reading, tree: Tree): PolicyGroup {
  const { metadata, spec } = readEnvelope(reading, tree, 'PolicyGroup')
  if (!spec) return { metadata, inputs: [], materials: [], attestation: [] }
  const fields = fieldsOf(reading, spec, ['policies', 'inputs'])
  const policies: { materials?: Tree; attestation?: Tree } = fields.policies
    ? fieldsOf(reading, fields.policies, ['materials', 'attestation'])
    : {}
  if (!fields.policies) refuse(reading, spec, 'needs "policies"')
  return {
    metadata,
    inputs: readInputs(reading, fields.inputs),
    materials: itemsOf(reading, policies.materials).map((item) => readMaterial(reading, item)),
    attestation: itemsOf(reading, policies.attestation).map((item) =>
      readAttachment(reading, item),
    ),
  }
}

const MATCH_MODES = { UNSPECIFIED: 0, EXACT: 1, PREFIX: 2 } as const

function readMaterial(reading: Reading, tree: Tree): GroupMaterial {
  const fields = fieldsOf(reading, tree, ['type', 'name', 'optional', 'matchMode', 'policies'])
  const type =
    fields.type &&
    enumOf(reading, fields.type, { numbers: MATERIAL_KIND_NUMBERS, what: 'material type' })
  const name = textOf(reading, fields.name)
  if (name !== '' && !fields.type) {
    refuse(reading, tree, `the material ${JSON.stringify(name)} needs a type`)
  }
  const mode: MatchMode | undefined =
    fields.matchMode &&
    enumOf(reading, fields.matchMode, { numbers: MATCH_MODES, what: 'match mode' })
  return {
    type,
    name,
    optional: flagOf(reading, fields.optional) ?? false,
    matchMode: mode ?? 'UNSPECIFIED',
    policies: itemsOf(reading, fields.policies).map((item) => readAttachment(reading, item)),
  }
}
