import {
  enumOf,
  fieldsOf,
  itemsOf,
  refuse,
  textOf,
  type Reading,
} from '@chainloop/attestation/contract/reading'
import type { Tree } from '@chainloop/attestation/contract/tree'
import {
  MATERIAL_KIND_NUMBERS,
  type MaterialKind,
} from '@chainloop/attestation/materials/material-kind'

import type { Language, Phase, Policy, PolicyScript, ScriptSource } from './policy.ts'
import { readEnvelope, readInputs } from './read-document.ts'

export function readPolicyDocument(reading: Reading, tree: Tree): Policy {
  const { metadata, spec } = readEnvelope(reading, tree, 'Policy')
  if (!spec) return { metadata, scripts: [], inputs: [] }
  const fields = fieldsOf(reading, spec, [
    'path',
    'embedded',
    'type',
    'policies',
    'inputs',
    'autoMatch',
  ])
  const inputs = readInputs(reading, fields.inputs)
  const scripts = itemsOf(reading, fields.policies).map((item) => readScript(reading, item))
  const single = readSingleScript(reading, fields)
  if (scripts.length === 0 && !single) {
    refuse(reading, spec, 'needs at least one script under "policies"')
  }
  return { metadata, inputs, scripts: single ? [single, ...scripts] : scripts }
}

/** What the first version of the document had instead of a list. */
function readSingleScript(
  reading: Reading,
  { path, embedded, type }: { path?: Tree; embedded?: Tree; type?: Tree },
): PolicyScript | undefined {
  if (!path && !embedded) return undefined
  const kind = type && readKind(reading, type)
  if (type && (kind === 'STRING' || kind === 'ARTIFACT' || kind === 'EVIDENCE')) {
    refuse(reading, type, `${kind} has no content of a known shape: use "policies"`)
  }
  const source: ScriptSource = embedded
    ? { embedded: textOf(reading, embedded) }
    : { ref: textOf(reading, path) }
  return { kind, phases: [], source }
}

const PHASES = { INIT: 1, PUSH: 3 } as const
const LANGUAGES = { rego: 1, cel: 2, 'json-schema': 3 } as const

function readScript(reading: Reading, tree: Tree): PolicyScript {
  const fields = fieldsOf(reading, tree, [
    'embedded',
    'ref',
    'path',
    'kind',
    'attestationPhases',
    'language',
  ])
  const kind = fields.kind && readKind(reading, fields.kind)
  if (fields.kind && kind === 'ARTIFACT') {
    refuse(reading, fields.kind, 'an ARTIFACT has no content of a known shape: use EVIDENCE')
  }
  const phases = itemsOf(reading, fields.attestationPhases).flatMap((item): Phase[] => {
    const phase = enumOf(reading, item, { numbers: PHASES, what: 'phase' })
    return phase === undefined ? [] : [phase]
  })
  const language: Language | undefined =
    fields.language && enumOf(reading, fields.language, { numbers: LANGUAGES, what: 'language' })
  return { kind, phases, language, source: readSource(reading, tree, fields) }
}

function readSource(
  reading: Reading,
  tree: Tree,
  { embedded, ref, path }: { embedded?: Tree; ref?: Tree; path?: Tree },
): ScriptSource {
  const given = [embedded, ref, path].filter((one) => one !== undefined)
  if (given.length !== 1) refuse(reading, tree, 'needs exactly one of "embedded" and "ref"')
  return embedded ? { embedded: textOf(reading, embedded) } : { ref: textOf(reading, ref ?? path) }
}

/** `MATERIAL_TYPE_UNSPECIFIED` counts as absent. */
function readKind(reading: Reading, tree: Tree): MaterialKind | undefined {
  if (tree.value === 'MATERIAL_TYPE_UNSPECIFIED' || tree.value === 0) return undefined
  return enumOf(reading, tree, { numbers: MATERIAL_KIND_NUMBERS, what: 'material type' })
}
